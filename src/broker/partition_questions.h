#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/callback.h"
#include "broker/broker.h"
#include "broker/placement.h"

namespace millrace::broker {

// Asks one thing of each of several partitions, on the shards that own them, and puts the answers together in the order
// of the questions.
//
// `Question` has `PartitionKey key` and `ShardId owner`. `ask(replica::Partition* partition, protocol::Errc error,
// const Question& question, Callback<void(Answer)> done)` runs on the owner's shard; without a partition `error` says
// why. It may also take the Broker& of that shard before these. It
// is copied to each of these shards, so it must not capture what belongs to this one. `done` gets all answers.
template <typename Answer, typename Question, typename Ask>
class PartitionQuestions {
 public:
  static void ask_all(Broker& broker, std::vector<Question> questions, Ask ask,
                      Callback<void(std::vector<Answer>)> done) {
    if (questions.empty()) return done({});
    std::map<ShardId, std::vector<std::size_t>> shares;
    for (std::size_t i = 0; i < questions.size(); ++i) shares[questions[i].owner].push_back(i);
    auto all = std::make_shared<Gathering>(questions.size(), shares.size(), std::move(done));
    for (auto& [owner, places] : shares) {
      std::vector<Question> share;
      for (const std::size_t at : places) share.push_back(questions[at]);
      broker.crossing().template ask<std::vector<Answer>>(
          owner,
          [share = std::move(share), ask, image = broker.image()](Broker& there,
                                                                  Callback<void(std::vector<Answer>)> reply) {
            there.observe(image);
            ask_here(there, share, ask, std::move(reply));
          },
          [all, places = std::move(places)](std::vector<Answer> answers) {
            for (std::size_t i = 0; i < places.size(); ++i) all->answers[places[i]] = std::move(answers[i]);
            all->one_less();
          });
    }
  }

 private:
  struct Gathering {
    Gathering(std::size_t size, std::size_t parts, Callback<void(std::vector<Answer>)> callback)
        : answers(size), left(parts), done(std::move(callback)) {}
    void one_less() {
      if (--left == 0) done(std::move(answers));
    }
    std::vector<Answer> answers;
    std::size_t left;
    Callback<void(std::vector<Answer>)> done;
  };

  static void ask_here(Broker& broker, const std::vector<Question>& questions, const Ask& ask,
                       Callback<void(std::vector<Answer>)> reply) {
    auto all = std::make_shared<Gathering>(questions.size(), questions.size(), std::move(reply));
    for (std::size_t i = 0; i < questions.size(); ++i) {
      broker.partitions().with(questions[i].key, [&broker, all, i, question = questions[i], ask](
                                                     replica::Partition* partition, protocol::Errc error) {
        Callback<void(Answer)> done([all, i](Answer answer) {
          all->answers[i] = std::move(answer);
          all->one_less();
        });
        if constexpr (std::is_invocable_v<Ask, Broker&, replica::Partition*, protocol::Errc, const Question&,
                                          Callback<void(Answer)>>) {
          ask(broker, partition, error, question, std::move(done));
        } else {
          ask(partition, error, question, std::move(done));
        }
      });
    }
  }
};

template <typename Answer, typename Question, typename Ask>
void ask_all(Broker& broker, std::vector<Question> questions, Ask ask, Callback<void(std::vector<Answer>)> done) {
  PartitionQuestions<Answer, Question, Ask>::ask_all(broker, std::move(questions), std::move(ask), std::move(done));
}

}  // namespace millrace::broker
