#include "sim/node.h"

#include <utility>

namespace millrace::sim {
namespace {

class Random final : public ports::Random {
 public:
  explicit Random(Prng prng) : prng_(prng) {}
  std::uint64_t next() override { return prng_.next(); }
  std::uint64_t secure() override { return prng_.next(); }

 private:
  Prng prng_;
};

class Log final : public ports::Logger {
 public:
  Log(Run& run, Place place) : run_(run), place_(place) {}
  void write(ports::Severity, std::string_view line) override { run_.trace.line(run_.now(), place_, Kind::log, line); }

 private:
  Run& run_;
  const Place place_;
};

}  // namespace

Boot each_shard(Callback<std::unique_ptr<ports::App>(ports::Shard&)> make) {
  return [make = std::move(make)](const std::vector<ports::Shard*>& shards) mutable {
    std::vector<std::unique_ptr<ports::App>> apps;
    for (auto* shard : shards) apps.push_back(make(*shard));
    return apps;
  };
}

// One shard of one life: its ports, and what they are made of.
struct Node::Unit {
  Unit(Node& node, Owner owner, ShardId id, ports::Process& process, Prng ids)
      : loop(node.run_, {node.index_, id.value()}, owner, node.wall_offset_),
        random(ids),
        files(loop, node.disk_),
        jobs(loop, node.disk_, node.power_cut_),
        network(node.net_, loop),
        mailbox(loop, node.shards_),
        log(node.run_, loop.place()),
        shard{id,   node.shards_, loop,    random, loop, files, jobs, network, mailbox,
              log, node.run_.faults, process} {}

  Loop loop;
  Random random;
  Files files;
  Jobs jobs;
  Network network;
  Mailbox mailbox;
  Log log;
  ports::Shard shard;
};

struct Node::Life final : ports::Process {
  explicit Life(Node& of, Owner life) : node(of), owner(life) {}
  void fail(std::string_view why) override { node.fail(why); }

  Node& node;
  const Owner owner;
  std::vector<std::unique_ptr<Unit>> units;
  std::vector<std::unique_ptr<ports::App>> apps;
  std::uint32_t still_running = 0;
  Task stopped;
};

Node::Node(Run& run, Net& net, std::int32_t index, std::string name, std::uint32_t shards, Boot boot)
    : run_(run),
      net_(net),
      index_(index),
      name_(std::move(name)),
      shards_(shards),
      boot_(std::move(boot)),
      disk_(run.streams.disk.fork(static_cast<std::uint64_t>(index) + 1), run.profile),
      power_cut_([this] { kill(Crash::power, Farewell::silence); }) {
  net_.add_host(index_, name_);
}

Node::~Node() {
  if (life_ != nullptr) end_life(false, Crash::process, Farewell::silence);
}

ports::App& Node::app(std::uint32_t shard) { return *life_->apps[shard]; }

void Node::start(Owner life) {
  MR_ASSERT(life_ == nullptr);
  ++lives_;
  failure_.clear();
  run_.trace.event(run_.now(), {index_, 0}, Kind::start, lives_);
  life_ = std::make_unique<Life>(*this, life);
  std::vector<Mailbox*> mailboxes;
  std::vector<ports::Shard*> shards;
  for (std::uint32_t i = 0; i < shards_; ++i) {
    const Prng ids = run_.streams.ids.fork((std::uint64_t{life.value()} << 16) + i);
    life_->units.push_back(std::make_unique<Unit>(*this, life, ShardId(i), *life_, ids));
    mailboxes.push_back(&life_->units.back()->mailbox);
    shards.push_back(&life_->units.back()->shard);
  }
  for (auto& unit : life_->units) unit->mailbox.connect(mailboxes);
  life_->apps = boot_(shards);
  MR_ASSERT(life_->apps.size() == shards_);
  net_.set_up(index_, true);
  for (std::uint32_t i = 0; i < shards_; ++i) {
    life_->units[i]->loop.input(Kind::start, lives_, 0, [app = life_->apps[i].get()] { app->start(); });
  }
}

void Node::kill(Crash crash, Farewell farewell) {
  if (life_ == nullptr) return;
  run_.trace.event(run_.now(), {index_, 0}, Kind::kill, static_cast<std::uint64_t>(crash),
                   static_cast<std::uint64_t>(farewell));
  end_life(true, crash, farewell);
}

void Node::stop(Task stopped) {
  MR_ASSERT(life_ != nullptr && !life_->stopped);
  run_.trace.event(run_.now(), {index_, 0}, Kind::stop);
  life_->stopped = std::move(stopped);
  life_->still_running = shards_;
  for (std::uint32_t i = 0; i < shards_; ++i) {
    Life* const life = life_.get();
    life->units[i]->loop.input(Kind::stop, 0, 0, [this, life, app = life->apps[i].get()] {
      app->stop([this, life] {
        if (--life->still_running > 0) return;
        run_.queue.at(run_.now(), life->owner, [this] {
          Task done = std::move(life_->stopped);
          run_.trace.event(run_.now(), {index_, 0}, Kind::stopped);
          end_life(false, Crash::process, Farewell::finish);
          done();
        });
      });
    });
  }
}

void Node::fail(std::string_view why) {
  if (!failure_.empty()) return;
  failure_ = why.empty() ? "?" : std::string(why);
  run_.trace.line(run_.now(), {index_, 0}, Kind::fail, failure_);
  // Not at once: the one who calls is still running.
  run_.queue.at(run_.now() + 1, life_->owner, [this] { kill(Crash::process, Farewell::finish); });
}

// What a life leaves behind is destroyed from the outside in: handlers, apps, what was to be called, then the ports.
void Node::end_life(bool crashed, Crash crash, Farewell farewell) {
  net_.set_up(index_, false);
  const auto life = std::move(life_);
  for (auto& unit : life->units) unit->network.die(farewell);
  life->apps.clear();
  run_.queue.drop(life->owner);
  for (auto& unit : life->units) {
    unit->loop.clear();
    unit->mailbox.clear();
  }
  if (crashed) {
    disk_.crash(crash, life->owner);
  } else {
    disk_.release(life->owner);
  }
}

}  // namespace millrace::sim
