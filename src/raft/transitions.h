#pragma once

#include <array>
#include <cstdint>

namespace millrace::raft {

// What a replica is to the quorum at the moment.
enum class Role : std::uint8_t {
  unattached,  // has read its state and knows no leader of its epoch
  candidate,   // asks for votes in an epoch of its own
  leader,      // the only one that appends in its epoch
  resigned,    // takes no further part until its next start
};
inline constexpr std::array kRoles{Role::unattached, Role::candidate, Role::leader, Role::resigned};

// What can happen to a replica.
enum class InputKind : std::uint8_t {
  start,           // state and log are read; begins to take part
  persisted,       // the quorum state that was asked for last is on the disk
  durable,         // the own log is on the disk up to some offset
  peer,            // a request of raft's own protocol from another replica
  storage_failed,  // log or state can no longer be written
  stop,            // a clean stop
};
inline constexpr std::array kInputKinds{InputKind::start, InputKind::persisted,      InputKind::durable,
                                        InputKind::peer,  InputKind::storage_failed, InputKind::stop};

// What a replica does about it. Each is one function, in the file of its role.
enum class Action : std::uint8_t {
  ignore,         // it means nothing now
  seek_election,  // role_unattached.cc: a new epoch, with its own vote
  count_votes,    // role_candidate.cc: leads if the votes are more than half
  note_durable,   // every role: remembers how far the own log is safe
  advance,        // role_leader.cc: moves the commit index if more than half have reached it
  refuse,         // answers that the sender is not of this quorum
  resign,         // role_leader.cc: gives up whatever it was
  forbidden,      // the driver broke its promise: an error of ours
};

struct Transition {
  Role from;
  InputKind input;
  Action action;
};

// The whole machine: one line for each pair of role and input (transitions_test.cc proves it). Votes and requests from
// others are refused because a quorum here has one voter, the replica itself.
inline constexpr std::array kTransitions{
    Transition{Role::unattached, InputKind::start, Action::seek_election},
    Transition{Role::unattached, InputKind::persisted, Action::forbidden},
    Transition{Role::unattached, InputKind::durable, Action::note_durable},
    Transition{Role::unattached, InputKind::peer, Action::refuse},
    Transition{Role::unattached, InputKind::storage_failed, Action::resign},
    Transition{Role::unattached, InputKind::stop, Action::resign},

    Transition{Role::candidate, InputKind::start, Action::forbidden},
    Transition{Role::candidate, InputKind::persisted, Action::count_votes},
    Transition{Role::candidate, InputKind::durable, Action::note_durable},
    Transition{Role::candidate, InputKind::peer, Action::refuse},
    Transition{Role::candidate, InputKind::storage_failed, Action::resign},
    Transition{Role::candidate, InputKind::stop, Action::resign},

    Transition{Role::leader, InputKind::start, Action::forbidden},
    Transition{Role::leader, InputKind::persisted, Action::ignore},
    Transition{Role::leader, InputKind::durable, Action::advance},
    Transition{Role::leader, InputKind::peer, Action::refuse},
    Transition{Role::leader, InputKind::storage_failed, Action::resign},
    Transition{Role::leader, InputKind::stop, Action::resign},

    Transition{Role::resigned, InputKind::start, Action::forbidden},
    Transition{Role::resigned, InputKind::persisted, Action::ignore},
    Transition{Role::resigned, InputKind::durable, Action::ignore},
    Transition{Role::resigned, InputKind::peer, Action::refuse},
    Transition{Role::resigned, InputKind::storage_failed, Action::ignore},
    Transition{Role::resigned, InputKind::stop, Action::ignore},
};

// The action for a pair. Every pair has one.
constexpr Action action_for(Role role, InputKind input) {
  for (const Transition& line : kTransitions) {
    if (line.from == role && line.input == input) return line.action;
  }
  return Action::forbidden;
}

}  // namespace millrace::raft
