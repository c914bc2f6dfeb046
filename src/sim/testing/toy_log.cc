#include "sim/testing/toy_log.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/prng.h"

namespace millrace::sim {
namespace {

constexpr std::size_t kRecord = 200;  // number, check, filling
constexpr const char* kDirectory = "toy";
constexpr const char* kPath = "toy/log";

Buffer make_record(std::uint64_t number) {
  Buffer record = Buffer::allocate(kRecord);
  Prng filling(number);
  store_be(record.data(), number);
  for (std::size_t at = 8; at < kRecord; at += 8) store_be(record.data() + at, filling.next());
  return record;
}

class ToyLog final : public ports::App, public ports::Acceptor {
 public:
  ToyLog(ports::Shard& shard, ToyMistakes mistakes) : shard_(shard), mistakes_(mistakes) {}
  void start() override { recover(); }
  void stop(Task stopped) override { stopped(); }
  std::unique_ptr<ports::ConnectionHandler> accept(ports::Connection& connection) override {
    return std::make_unique<Handler>(*this, connection);
  }

 private:
  class Handler final : public ports::ConnectionHandler {
   public:
    Handler(ToyLog& log, ports::Connection& connection) : log_(log), connection_(connection) { log_.client_ = this; }
    ~Handler() override {
      if (log_.client_ == this) log_.client_ = nullptr;
    }
    void on_readable() override {
      std::array<std::byte, 8> bytes;
      const auto got = connection_.read(MutableBytes(bytes).first(8 - partial_.size()));
      if (!got) {
        if (got.error() == Error::closed) connection_.close(false);
        return;
      }
      partial_.insert(partial_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*got));
      if (partial_.size() < 8) return;
      log_.append(load_be<std::uint64_t>(partial_.data()));
      partial_.clear();
    }
    void on_sent() override {}
    void on_closed() override {}
    void acknowledge(std::uint64_t number) {
      Buffer answer = Buffer::allocate(8);
      store_be(answer.data(), number);
      connection_.send({ports::Piece::of(std::move(answer))});
    }

   private:
    ToyLog& log_;
    ports::Connection& connection_;
    std::vector<std::byte> partial_;
  };

  static Result<std::uint64_t> open_log(ports::BlockingFiles& files, ToyMistakes mistakes) {
    const auto made = files.create_directory(kDirectory);
    if (!made.ok() && made.error() != Error::exists) return made.error();
    auto file = files.open(kPath, ports::OpenMode::create);
    if (!file) return file.error();
    const auto size = (*file)->size();
    if (!size) return size.error();
    std::vector<std::byte> bytes(size->value());
    const auto got = (*file)->read(FilePosition(0), bytes);
    if (!got) return got.error();
    std::uint64_t end = bytes.size() / kRecord * kRecord;
    if (!mistakes.keep_torn_tail) {
      end = 0;
      while (end + kRecord <= bytes.size() &&
             same_bytes(make_record(load_be<std::uint64_t>(bytes.data() + end)).bytes(),
                        Bytes(bytes).subspan(end, kRecord))) {
        end += kRecord;
      }
    }
    MR_TRY((*file)->resize(FilePosition(end)));
    MR_TRY((*file)->sync());
    if (!mistakes.skip_directory_sync) {
      MR_TRY(files.sync_directory(kDirectory));
      MR_TRY(files.sync_directory("."));
    }
    return end;
  }

  void recover() {
    ports::run_job<Result<std::uint64_t>>(
        shard_.jobs, [mistakes = mistakes_](ports::BlockingFiles& files) { return open_log(files, mistakes); },
        [this](Result<std::uint64_t> end) {
          if (!end) return shard_.process.fail("toy log cannot be opened");
          end_ = *end;
          shard_.files.open(kPath, ports::OpenMode::write, [this](Result<std::shared_ptr<ports::File>> file) {
            if (!file) return shard_.process.fail("toy log cannot be opened");
            file_ = *file;
            MR_ASSERT(shard_.network.listen({"", kToyPort}, {}, *this).ok());
          });
        });
  }

  void append(std::uint64_t number) {
    const FilePosition at(end_);
    end_ += kRecord;
    file_->write(at, {make_record(number)}, [this, number](Status status) {
      if (!status.ok()) return shard_.process.fail("toy log cannot be written");
      if (mistakes_.ack_before_sync && client_ != nullptr) client_->acknowledge(number);
      if (!mistakes_.sync_with_the_write) sync(number);
    });
    if (mistakes_.sync_with_the_write) sync(number);
  }

  void sync(std::uint64_t number) {
    file_->sync([this, number](Status status) {
      if (!status.ok()) return shard_.process.fail("toy log cannot be synced");
      if (!mistakes_.ack_before_sync && client_ != nullptr) client_->acknowledge(number);
    });
  }

  ports::Shard& shard_;
  const ToyMistakes mistakes_;
  std::shared_ptr<ports::File> file_;
  std::uint64_t end_ = 0;
  Handler* client_ = nullptr;
};

class ToyClient final : public ports::App {
 public:
  ToyClient(ports::Shard& shard, const char* host, std::uint64_t window, ToyResult& result)
      : shard_(shard), host_(host), window_(window), result_(result) {}
  void start() override { connect(); }
  void stop(Task stopped) override { stopped(); }

 private:
  class Handler final : public ports::ConnectionHandler {
   public:
    Handler(ToyClient& client, ports::Connection& connection) : client_(client), connection_(connection) { fill(); }
    ~Handler() override { client_.shard_.timers.cancel(patience_); }
    void on_readable() override {
      std::array<std::byte, 8> bytes;
      const auto got = connection_.read(MutableBytes(bytes).first(8 - partial_.size()));
      if (!got) {
        if (got.error() == Error::closed) connection_.close(false);
        return;
      }
      partial_.insert(partial_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*got));
      if (partial_.size() < 8) return;
      client_.result_.acknowledged.insert(load_be<std::uint64_t>(partial_.data()));
      partial_.clear();
      --open_;
      fill();
    }
    void on_sent() override {}
    void on_closed() override { client_.reconnect(); }

   private:
    void fill() {
      for (; open_ < client_.window_; ++open_) {
        Buffer number = Buffer::allocate(8);
        store_be(number.data(), ++client_.result_.sent);
        connection_.send({ports::Piece::of(std::move(number))});
      }
      client_.shard_.timers.cancel(patience_);
      const MonoTime limit = client_.shard_.clock.now() + Millis(500);
      patience_ = client_.shard_.timers.at(limit, [this] { connection_.close(false); });
    }
    ToyClient& client_;
    ports::Connection& connection_;
    std::vector<std::byte> partial_;
    std::uint64_t open_ = 0;
    ports::TimerId patience_;
  };

  void connect() {
    shard_.network.connect({host_, kToyPort},
                           [this](Result<ports::Connection*> connection) -> std::unique_ptr<ports::ConnectionHandler> {
                             if (connection) return std::make_unique<Handler>(*this, **connection);
                             reconnect();
                             return nullptr;
                           });
  }
  void reconnect() {
    shard_.timers.at(shard_.clock.now() + Millis(20), [this] { connect(); });
  }

  ports::Shard& shard_;
  const std::string host_;
  const std::uint64_t window_;
  ToyResult& result_;
};

}  // namespace

std::unique_ptr<ports::App> toy_log(ports::Shard& shard, ToyMistakes mistakes) {
  return std::make_unique<ToyLog>(shard, mistakes);
}

std::unique_ptr<ports::App> toy_client(ports::Shard& shard, const char* host, std::uint64_t window,
                                       ToyResult& result) {
  return std::make_unique<ToyClient>(shard, host, window, result);
}

ToyContents toy_contents(Bytes file) {
  ToyContents contents;
  for (std::size_t at = 0; at + kRecord <= file.size(); at += kRecord) {
    const std::uint64_t number = load_be<std::uint64_t>(file.data() + at);
    if (!same_bytes(make_record(number).bytes(), file.subspan(at, kRecord))) contents.damaged = true;
    contents.numbers.insert(number);
  }
  return contents;
}

}  // namespace millrace::sim
