// kload: a raw load generator for any broker that speaks the Kafka protocol.
// It sends pre-encoded requests and discards what it fetches, so that on a small
// machine the broker, not the client, is what is measured.
//   kload produce --bootstrap H:P --topic T [--partitions N] [--conns C] [--batch BYTES] [--record BYTES]
//                 [--compression none|lz4|zstd (MB then counts what is sent)] [--data random|text]
//                 [--acks -1|1|0] [--inflight K] [--seconds S] [--mbytes M] [--rate MB/s] [--pid BROKER_PID,...]
//   kload fetch   --bootstrap H:P --topic T [--conns C] [--max-bytes BYTES] [--mbytes M] [--pid ...]
//   kload floor   --dir DIR [--mbytes M]   what the machine itself needs: receive+crc32c+write, then sendfile, one
//   connection, no broker kload e2e     --bootstrap H:P --topic T [--rate MSG/s] [--record BYTES] [--acks A] [--seconds
//   S] [--conns C] [--pid ...]
// Build: g++ -O2 -march=native -std=c++20 -pthread kload.cc -o kload   (with compression: -DKLOAD_CODECS -llz4 -lzstd)
// Every mode prints one JSON line. Latencies in milliseconds, from the time a request was due.
#ifdef KLOAD_CODECS
#include <lz4frame.h>
#include <zstd.h>
#endif
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <nmmintrin.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using Bytes = std::string;
static int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
[[noreturn]] static void die(const std::string& m) {
  fprintf(stderr, "kload: %s\n", m.c_str());
  _exit(1);
}

static uint32_t crc32c(const char* p, size_t n) {
  uint64_t c = 0xffffffffu;
  while (n >= 8) {
    uint64_t v;
    memcpy(&v, p, 8);
    c = _mm_crc32_u64(c, v);
    p += 8;
    n -= 8;
  }
  while (n--) c = _mm_crc32_u8((uint32_t)c, (uint8_t)*p++);
  return (uint32_t)c ^ 0xffffffffu;
}
struct W {
  Bytes b;
  void i8(int8_t v) { b.push_back((char)v); }
  void i16(int16_t v) {
    uint16_t x = htons((uint16_t)v);
    b.append((char*)&x, 2);
  }
  void i32(int32_t v) {
    uint32_t x = htonl((uint32_t)v);
    b.append((char*)&x, 4);
  }
  void i64(int64_t v) {
    i32((int32_t)(v >> 32));
    i32((int32_t)v);
  }
  void str(const std::string& s) {
    i16((int16_t)s.size());
    b += s;
  }
  void nstr() { i16(-1); }
  void varint(int64_t v) {
    uint64_t u = ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
    while (u > 127) {
      b.push_back((char)(u | 128));
      u >>= 7;
    }
    b.push_back((char)u);
  }
};
struct R {
  const char* p;
  const char* e;
  void need(size_t n) {
    if ((size_t)(e - p) < n) die("short response");
  }
  int8_t i8() {
    need(1);
    return *p++;
  }
  int16_t i16() {
    need(2);
    uint16_t v;
    memcpy(&v, p, 2);
    p += 2;
    return (int16_t)ntohs(v);
  }
  int32_t i32() {
    need(4);
    uint32_t v;
    memcpy(&v, p, 4);
    p += 4;
    return (int32_t)ntohl(v);
  }
  int64_t i64() {
    int64_t h = i32();
    return (h << 32) | (uint32_t)i32();
  }
  std::string str() {
    int n = i16();
    if (n < 0) return {};
    need(n);
    std::string s(p, n);
    p += n;
    return s;
  }
  void skip(size_t n) {
    need(n);
    p += n;
  }
};
struct Conn {
  int fd = -1;
  Conn(const std::string& host, const std::string& port) {
    addrinfo h{}, *r;
    h.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host.c_str(), port.c_str(), &h, &r)) die("resolve " + host);
    for (auto* a = r; a; a = a->ai_next) {
      fd = socket(a->ai_family, SOCK_STREAM, 0);
      if (!connect(fd, a->ai_addr, a->ai_addrlen)) break;
      close(fd);
      fd = -1;
    }
    freeaddrinfo(r);
    if (fd < 0) die("connect " + host + ":" + port);
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }
  ~Conn() {
    if (fd >= 0) close(fd);
  }
  void send(const char* p, size_t n) {
    while (n) {
      ssize_t k = ::send(fd, p, n, MSG_NOSIGNAL);
      if (k <= 0) die("send");
      p += k;
      n -= k;
    }
  }
  void recv(char* p, size_t n) {
    while (n) {
      ssize_t k = ::recv(fd, p, n, 0);
      if (k <= 0) die("connection closed by broker");
      p += k;
      n -= k;
    }
  }
  bool readable(int ms) {
    pollfd f{fd, POLLIN, 0};
    return poll(&f, 1, ms) > 0;
  }
  Bytes frame() {
    uint32_t n;
    recv((char*)&n, 4);
    Bytes b(ntohl(n), 0);
    recv(b.data(), b.size());
    return b;
  }
};
static Bytes request(int16_t key, int16_t ver, int32_t corr, const Bytes& body) {
  W w;
  w.i32(0);
  w.i16(key);
  w.i16(ver);
  w.i32(corr);
  w.str("kload");
  w.b += body;
  uint32_t n = htonl((uint32_t)w.b.size() - 4);
  memcpy(w.b.data(), &n, 4);
  return w.b;
}
// Attribute bits of a codec's name, and the records compressed with it.
static int codec_of(const std::string& name) {
  if (name == "none") return 0;
  if (name == "lz4") return 3;
  if (name == "zstd") return 4;
  die("unknown codec " + name);
}
static Bytes compressed(const Bytes& in, int codec) {
  if (codec == 0) return in;
#ifdef KLOAD_CODECS
  if (codec == 4) {
    Bytes out(ZSTD_compressBound(in.size()), 0);
    size_t n = ZSTD_compress(out.data(), out.size(), in.data(), in.size(), 3);
    if (ZSTD_isError(n)) die("zstd");
    out.resize(n);
    return out;
  }
  LZ4F_preferences_t prefs{};
  prefs.frameInfo.blockMode = LZ4F_blockIndependent;
  prefs.frameInfo.blockSizeID = LZ4F_max64KB;
  Bytes out(LZ4F_compressFrameBound(in.size(), &prefs), 0);
  size_t n = LZ4F_compressFrame(out.data(), out.size(), in.data(), in.size(), &prefs);
  if (LZ4F_isError(n)) die("lz4");
  out.resize(n);
  return out;
#else
  die("built without -DKLOAD_CODECS");
#endif
}
static Bytes record_batch(int count, int bytes, std::mt19937_64& rng, bool compressible, int codec = 0) {
  W recs;
  for (int i = 0; i < count; i++) {
    W r;
    r.i8(0);
    r.varint(0);
    r.varint(i);
    r.varint(-1);
    r.varint(bytes);
    Bytes v(bytes, 0);
    for (int j = 0; j < bytes; j++) v[j] = compressible ? "abcdefghij"[(i + j) % 10] : (char)rng();
    r.b += v;
    r.varint(0);
    recs.varint((int64_t)r.b.size());
    recs.b += r.b;
  }
  int64_t ts =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  W t;
  t.i16((int16_t)codec);
  t.i32(count - 1);
  t.i64(ts);
  t.i64(ts);
  t.i64(-1);
  t.i16(-1);
  t.i32(-1);
  t.i32(count);
  t.b += compressed(recs.b, codec);
  W h;
  h.i64(0);
  h.i32((int32_t)(4 + 1 + 4 + t.b.size()));
  h.i32(-1);
  h.i8(2);
  h.i32((int32_t)crc32c(t.b.data(), t.b.size()));
  h.b += t.b;
  return h.b;
}
static Bytes produce_body(const std::string& topic, int part, int16_t acks, const Bytes& batch) {
  W w;
  w.nstr();
  w.i16(acks);
  w.i32(30000);
  w.i32(1);
  w.str(topic);
  w.i32(1);
  w.i32(part);
  w.i32((int32_t)batch.size());
  w.b += batch;
  return w.b;
}
static void patch_corr(Bytes& f, int32_t c) {
  uint32_t x = htonl((uint32_t)c);
  memcpy(f.data() + 8, &x, 4);
}

struct Opt {
  std::map<std::string, std::string> m;
  std::string s(const char* k, const char* d) {
    auto i = m.find(k);
    return i == m.end() ? d : i->second;
  }
  double n(const char* k, double d) {
    auto i = m.find(k);
    return i == m.end() ? d : atof(i->second.c_str());
  }
};
struct Node {
  std::string host, port;
};
struct Meta {
  std::map<int, Node> nodes;
  std::vector<int> leader;
};
static Meta metadata(const std::string& host, const std::string& port, const std::string& topic, bool create) {
  for (int t = 0; t < 200; t++) {
    Conn c(host, port);
    W w;
    w.i32(1);
    w.str(topic);
    w.i8(create);
    Bytes f = request(3, 4, 1, w.b);
    c.send(f.data(), f.size());
    Bytes r = c.frame();
    R d{r.data(), r.data() + r.size()};
    Meta m;
    d.i32();
    d.i32();
    for (int n = d.i32(); n > 0; n--) {
      int id = d.i32();
      auto h = d.str();
      int p = d.i32();
      d.str();
      m.nodes[id] = {h, std::to_string(p)};
    }
    d.str();
    d.i32();
    bool ok = true;
    for (int n = d.i32(); n > 0; n--) {
      int e = d.i16();
      d.str();
      d.i8();
      if (e) ok = false;
      int np = d.i32();
      m.leader.assign(np, -1);
      if (!np) ok = false;
      for (int i = 0; i < np; i++) {
        int pe = d.i16();
        int id = d.i32();
        int l = d.i32();
        if (pe && pe != 9) ok = false;
        m.leader[id] = l;
        for (int k = d.i32(); k > 0; k--) d.i32();
        for (int k = d.i32(); k > 0; k--) d.i32();
      }
    }
    if (ok) {
      for (int l : m.leader)
        if (!m.nodes.count(l)) ok = false;
    }
    if (ok) return m;
    usleep(100000);
  }
  die("no metadata for " + topic);
}
static void create_topic(const std::string& host, const std::string& port, const std::string& topic, int parts, int rf,
                         const std::string& configs) {
  Conn c(host, port);
  W w;
  w.i32(1);
  w.str(topic);
  w.i32(parts);
  w.i16((int16_t)rf);
  w.i32(0);
  std::vector<std::pair<std::string, std::string>> kv;
  std::stringstream ss(configs);
  std::string it;
  while (std::getline(ss, it, ',')) {
    auto q = it.find('=');
    if (q != std::string::npos) kv.push_back({it.substr(0, q), it.substr(q + 1)});
  }
  w.i32((int)kv.size());
  for (auto& [k, v] : kv) {
    w.str(k);
    w.str(v);
  }
  w.i32(30000);
  w.i8(0);
  Bytes f = request(19, 4, 1, w.b);
  c.send(f.data(), f.size());
  Bytes r = c.frame();
  R d{r.data(), r.data() + r.size()};
  d.i32();
  d.i32();
  for (int n = d.i32(); n > 0; n--) {
    d.str();
    int e = d.i16();
    auto msg = d.str();
    if (e && e != 36) die("create topic: error " + std::to_string(e) + " " + msg);
    if (!e) sleep(2);
  }
}
struct Cpu {
  double user = 0, sys = 0;
  long rss_kb = 0, peak_kb = 0;
  uint64_t wr = 0;
};
static Cpu cpu_of(const std::string& pids) {
  Cpu c;
  std::stringstream ss(pids);
  std::string p;
  while (std::getline(ss, p, ',')) {
    std::ifstream f("/proc/" + p + "/stat");
    std::string s;
    std::getline(f, s);
    if (s.empty()) continue;
    std::stringstream t(s.substr(s.rfind(')') + 2));
    std::string x;
    std::vector<std::string> v;
    while (t >> x) v.push_back(x);
    double hz = sysconf(_SC_CLK_TCK);
    c.user += std::stod(v[11]) / hz;
    c.sys += std::stod(v[12]) / hz;
    std::ifstream g("/proc/" + p + "/status");
    while (std::getline(g, s)) {
      if (s.rfind("VmRSS:", 0) == 0) c.rss_kb += atol(s.c_str() + 6);
      if (s.rfind("VmHWM:", 0) == 0) c.peak_kb += atol(s.c_str() + 6);
    }
    std::ifstream io("/proc/" + p + "/io");
    while (std::getline(io, s))
      if (s.rfind("write_bytes:", 0) == 0) c.wr += strtoull(s.c_str() + 12, 0, 10);
  }
  return c;
}
static double pct(std::vector<float>& v, double q) {
  if (v.empty()) return 0;
  size_t i = std::min(v.size() - 1, (size_t)(q * (double)v.size()));
  std::nth_element(v.begin(), v.begin() + (long)i, v.end());
  return v[i];
}
static void report(const char* mode, double secs, double mb, double msgs, std::vector<float>& lat, const Cpu& a,
                   const Cpu& b, long errors) {
  double cpu = (b.user - a.user) + (b.sys - a.sys);
  printf(
      "{\"mode\":\"%s\",\"seconds\":%.3f,\"MB\":%.1f,\"MB_per_s\":%.1f,\"msgs_per_s\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%"
      ".3f,\"p999_ms\":%.3f,\"max_ms\":%.3f,"
      "\"broker_cpu_s\":%.2f,\"cpu_s_per_GB\":%.3f,\"rss_MB\":%.1f,\"peak_rss_MB\":%.1f,\"disk_MB\":%.1f,\"errors\":%"
      "ld}\n",
      mode, secs, mb, mb / secs, msgs / secs, pct(lat, .5), pct(lat, .99), pct(lat, .999),
      lat.empty() ? 0. : (double)*std::max_element(lat.begin(), lat.end()), cpu, mb > 0 ? cpu / (mb / 1000) : 0,
      (double)b.rss_kb / 1024, (double)b.peak_kb / 1024, (double)(b.wr - a.wr) / 1e6, errors);
}
static std::pair<std::string, std::string> hp(const std::string& s) {
  auto c = s.rfind(':');
  return {s.substr(0, c), s.substr(c + 1)};
}

struct Produce {
  static int run(Opt& o) {
    auto [host, port] = hp(o.s("bootstrap", "127.0.0.1:9092"));
    std::string topic = o.s("topic", "kload");
    int parts = (int)o.n("partitions", 1), conns = (int)o.n("conns", 1), inflight = (int)o.n("inflight", 5);
    int rec = (int)o.n("record", 1024);
    int count = std::max(1, (int)o.n("batch", 65536) / (rec + 8));
    int16_t acks = (int16_t)o.n("acks", -1);
    double seconds = o.n("seconds", 10), mbytes = o.n("mbytes", 0), rate = o.n("rate", 0);
    create_topic(host, port, topic, parts, (int)o.n("rf", 1), o.s("configs", ""));
    Meta m = metadata(host, port, topic, false);
    std::atomic<int64_t> sent{0}, msgs{0};
    std::atomic<long> errors{0};
    std::mutex mu;
    std::vector<float> all;
    Cpu a = cpu_of(o.s("pid", ""));
    int64_t t0 = now_ns(), end = t0 + (int64_t)(seconds * 1e9);
    std::vector<std::thread> ts;
    for (int ci = 0; ci < conns; ci++)
      ts.emplace_back([&, ci] {
        std::mt19937_64 rng((uint64_t)ci + 1);
        std::vector<int> mine;
        Node node;
        int lead = -1;
        for (int p = 0; p < (int)m.leader.size(); p++)
          if (p % conns == ci % std::max(1, (int)m.leader.size()) ||
              (conns > (int)m.leader.size() && p == ci % (int)m.leader.size())) {
            if (lead < 0) lead = m.leader[p];
            if (m.leader[p] == lead) mine.push_back(p);
          }
        if (mine.empty()) return;
        node = m.nodes[lead];
        Conn c(node.host, node.port);
        std::vector<Bytes> frames;
        Bytes batch =
            record_batch(count, rec, rng, o.s("data", "random") == "text", codec_of(o.s("compression", "none")));
        for (int p : mine) frames.push_back(request(0, 8, 0, produce_body(topic, p, acks, batch)));
        std::deque<int64_t> due;
        std::vector<float> lat;
        int32_t corr = 0;
        size_t k = 0;
        double per = rate > 0 ? (double)batch.size() / (rate * 1e6 / conns) * 1e9 : 0;
        int64_t next = now_ns();
        auto take = [&] {
          Bytes r = c.frame();
          R d{r.data(), r.data() + r.size()};
          d.i32();
          for (int n = d.i32(); n > 0; n--) {
            d.str();
            for (int q = d.i32(); q > 0; q--) {
              d.i32();
              if (d.i16()) errors++;
              d.i64();
              d.i64();
              d.i64();
              for (int x = d.i32(); x > 0; x--) {
                d.i32();
                d.str();
              }
              d.str();
            }
          }
          lat.push_back((float)((double)(now_ns() - due.front()) / 1e6));
          due.pop_front();
        };
        while (now_ns() < end && (mbytes <= 0 || (double)sent < mbytes * 1e6)) {
          while (acks && (int)due.size() >= inflight) take();
          int64_t at = now_ns();
          if (per > 0) {
            while (next > (at = now_ns())) {
              int ms = (int)((next - at) / 1000000);
              if (!due.empty() && c.readable(ms))
                take();
              else if (due.empty())
                usleep((useconds_t)std::max<int64_t>(1, (next - at) / 1000));
            }
            at = next;
            next += (int64_t)per;
          }
          Bytes& f = frames[k++ % frames.size()];
          patch_corr(f, corr++);
          c.send(f.data(), f.size());
          if (acks) due.push_back(at);
          sent += (int64_t)batch.size();
          msgs += count;
          while (acks && !due.empty() && c.readable(0)) take();
        }
        while (!due.empty()) take();
        std::lock_guard g(mu);
        all.insert(all.end(), lat.begin(), lat.end());
      });
    for (auto& t : ts) t.join();
    double secs = (double)(now_ns() - t0) / 1e9;
    Cpu b = cpu_of(o.s("pid", ""));
    report("produce", secs, (double)sent / 1e6, (double)msgs, all, a, b, errors);
    return errors ? 1 : 0;
  }
};
static Bytes fetch_body(const std::string& topic, int part, int64_t off, int max_bytes, int wait) {
  W w;
  w.i32(-1);
  w.i32(wait);
  w.i32(1);
  w.i32(max_bytes);
  w.i8(0);
  w.i32(0);
  w.i32(-1);
  w.i32(1);
  w.str(topic);
  w.i32(1);
  w.i32(part);
  w.i32(-1);
  w.i64(off);
  w.i64(-1);
  w.i32(max_bytes);
  w.i32(0);
  w.str("");
  return w.b;
}
struct Fetched {
  int16_t err = 0;
  int64_t hw = -1;
  const char* recs = nullptr;
  int len = 0;
};
static Fetched parse_fetch(const Bytes& r) {
  R d{r.data(), r.data() + r.size()};
  Fetched f;
  d.i32();
  d.i32();
  f.err = d.i16();
  d.i32();
  for (int n = d.i32(); n > 0; n--) {
    d.str();
    for (int q = d.i32(); q > 0; q--) {
      d.i32();
      int16_t e = d.i16();
      if (e) f.err = e;
      f.hw = d.i64();
      d.i64();
      d.i64();
      for (int x = d.i32(); x > 0; x--) {
        d.i64();
        d.i64();
      }
      d.i32();
      f.len = std::max(0, d.i32());
      f.recs = d.p;
      d.skip((size_t)f.len);
    }
  }
  return f;
}
static int64_t be64(const char* p) {
  R d{p, p + 8};
  return d.i64();
}
static int32_t be32(const char* p) {
  R d{p, p + 4};
  return d.i32();
}
static int run_fetch(Opt& o) {
  auto [host, port] = hp(o.s("bootstrap", "127.0.0.1:9092"));
  std::string topic = o.s("topic", "kload");
  int conns = (int)o.n("conns", 1), maxb = (int)o.n("max-bytes", 1048576);
  double mbytes = o.n("mbytes", 0);
  Meta m = metadata(host, port, topic, false);
  std::atomic<int64_t> got{0}, msgs{0};
  std::atomic<long> errors{0};
  std::mutex mu;
  std::vector<float> all;
  Cpu a = cpu_of(o.s("pid", ""));
  int64_t t0 = now_ns();
  std::vector<std::thread> ts;
  for (int ci = 0; ci < conns; ci++)
    ts.emplace_back([&, ci] {
      std::vector<float> lat;
      for (int p = ci; p < (int)m.leader.size(); p += conns) {
        Node n = m.nodes[m.leader[p]];
        Conn c(n.host, n.port);
        int64_t off = 0;
        for (;;) {
          int64_t at = now_ns();
          Bytes f = request(1, 11, 1, fetch_body(topic, p, off, maxb, 100));
          c.send(f.data(), f.size());
          Bytes r = c.frame();
          Fetched x = parse_fetch(r);
          if (x.err) {
            errors++;
            break;
          }
          const char* q = x.recs;
          const char* e = q + x.len;
          while (e - q >= 61) {
            int32_t bl = be32(q + 8) + 12;
            if (bl > e - q) break;
            int64_t last = be64(q) + be32(q + 23);
            if (last < off) {
              q += bl;
              continue;
            }
            msgs += be32(q + 57);
            off = last + 1;
            q += bl;
          }
          got += x.len;
          lat.push_back((float)((double)(now_ns() - at) / 1e6));
          if (off >= x.hw || x.len == 0 || (mbytes > 0 && (double)got >= mbytes * 1e6)) break;
        }
      }
      std::lock_guard g(mu);
      all.insert(all.end(), lat.begin(), lat.end());
    });
  for (auto& t : ts) t.join();
  double secs = (double)(now_ns() - t0) / 1e9;
  Cpu b = cpu_of(o.s("pid", ""));
  report("fetch", secs, (double)got / 1e6, (double)msgs, all, a, b, errors);
  return errors ? 1 : 0;
}
// One producer connection and one long-polling consumer connection per partition; every record carries the time it was
// due.
struct EndToEnd {
  static int run(Opt& o) {
    auto [host, port] = hp(o.s("bootstrap", "127.0.0.1:9092"));
    std::string topic = o.s("topic", "kload-e2e");
    int conns = (int)o.n("conns", 1), rec = std::max(16, (int)o.n("record", 256));
    double rate = o.n("rate", 1000), seconds = o.n("seconds", 10);
    int16_t acks = (int16_t)o.n("acks", -1);
    create_topic(host, port, topic, conns, (int)o.n("rf", 1), o.s("configs", ""));
    Meta m = metadata(host, port, topic, false);
    std::mutex mu;
    std::vector<float> all;
    std::atomic<int64_t> n_sent{0}, n_got{0};
    std::atomic<long> errors{0};
    Cpu a = cpu_of(o.s("pid", ""));
    int64_t t0 = now_ns(), end = t0 + (int64_t)(seconds * 1e9);
    std::vector<std::thread> ts;
    for (int p = 0; p < conns; p++) {
      Node n = m.nodes[m.leader[p]];
      auto expected = std::make_shared<std::atomic<int64_t>>(-1);
      auto ready = std::make_shared<std::atomic<int64_t>>(-1);
      ts.emplace_back([&, p, n, expected, ready] {
        Conn c(n.host, n.port);
        std::vector<float> lat;
        int64_t off = -1, got = 0;
        int64_t stop = end + 5000000000ll;
        {
          Bytes f = request(1, 11, 1, fetch_body(topic, p, 0, 1, 0));
          c.send(f.data(), f.size());
          Bytes r = c.frame();
          Fetched x = parse_fetch(r);
          off = std::max<int64_t>(0, x.hw);
          *ready = off;
        }
        while ((*expected < 0 || got < *expected) && now_ns() < stop) {
          Bytes f = request(1, 11, 1, fetch_body(topic, p, off, 1048576, 500));
          c.send(f.data(), f.size());
          Bytes r = c.frame();
          int64_t t = now_ns();
          Fetched x = parse_fetch(r);
          if (x.err) {
            errors++;
            usleep(1000);
            continue;
          }
          const char* q = x.recs;
          const char* e = q + x.len;
          while (e - q >= 61) {
            int32_t bl = be32(q + 8) + 12;
            if (bl > e - q) break;
            int64_t last = be64(q) + be32(q + 23);
            if (last < off) {
              q += bl;
              continue;
            }
            int64_t due;
            memcpy(&due, q + bl - 1 - rec, 8);
            lat.push_back((float)((double)(t - due) / 1e6));
            got++;
            off = last + 1;
            q += bl;
          }
        }
        n_got += got;
        std::lock_guard g(mu);
        all.insert(all.end(), lat.begin(), lat.end());
      });
      ts.emplace_back([&, p, n, expected, ready] {
        while (*ready < 0) usleep(100);
        Conn c(n.host, n.port);
        std::mt19937_64 rng((uint64_t)p);
        Bytes batch = record_batch(1, rec, rng, false);
        int32_t corr = 0;
        int64_t mine = 0;
        int outstanding = 0;
        double per = 1e9 / (rate / conns);
        double next = (double)now_ns();
        auto take = [&] {
          Bytes r = c.frame();
          outstanding--;
          R d{r.data(), r.data() + r.size()};
          d.i32();
          for (int k = d.i32(); k > 0; k--) {
            d.str();
            for (int q = d.i32(); q > 0; q--) {
              d.i32();
              if (d.i16()) errors++;
              d.i64();
              d.i64();
              d.i64();
              for (int x = d.i32(); x > 0; x--) {
                d.i32();
                d.str();
              }
              d.str();
            }
          }
        };
        while (now_ns() < end) {
          int64_t at;
          while ((at = now_ns()) < (int64_t)next) {
            if (outstanding && c.readable(0))
              take();
            else if ((int64_t)next - at > 80000)
              usleep(50);
          }
          int64_t due = (int64_t)next;
          next += per;
          memcpy(batch.data() + batch.size() - 1 - (size_t)rec, &due, 8);
          uint32_t crc = htonl(crc32c(batch.data() + 21, batch.size() - 21));
          memcpy(batch.data() + 17, &crc, 4);
          Bytes f = request(0, 8, corr++, produce_body(topic, p, acks, batch));
          c.send(f.data(), f.size());
          mine++;
          n_sent++;
          if (acks) outstanding++;
          while (outstanding && c.readable(0)) take();
          while (outstanding > 256) take();
        }
        while (outstanding) take();
        *expected = mine;
      });
    }
    for (auto& t : ts) t.join();
    double secs = (double)(now_ns() - t0) / 1e9;
    Cpu b = cpu_of(o.s("pid", ""));
    if (n_got < n_sent) {
      errors += n_sent - n_got;
    }
    report("e2e", secs, (double)n_got * rec / 1e6, (double)n_got, all, a, b, errors);
    return errors ? 1 : 0;
  }
};
static double thread_cpu() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
static int run_floor(Opt& o) {
  std::string dir = o.s("dir", "."), path = dir + "/kload.floor";
  double mb = o.n("mbytes", 2000);
  const size_t unit = 65536;
  int ls = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in sa{};
  sa.sin_family = AF_INET;
  sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t sl = sizeof sa;
  if (bind(ls, (sockaddr*)&sa, sl) || listen(ls, 4)) die("bind");
  getsockname(ls, (sockaddr*)&sa, &sl);
  std::string port = std::to_string(ntohs(sa.sin_port));
  size_t total = (size_t)(mb * 1e6) / unit * unit;
  double in_cpu = 0, out_cpu = 0, in_s = 0, out_s = 0;
  std::thread server([&] {
    int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
    std::vector<char> buf(unit);
    int s = accept(ls, 0, 0);
    uint32_t sink = 0;
    double c0 = thread_cpu();
    int64_t t0 = now_ns();
    for (size_t done = 0; done < total; done += unit) {
      size_t n = 0;
      while (n < unit) {
        ssize_t k = recv(s, buf.data() + n, unit - n, 0);
        if (k <= 0) die("floor recv");
        n += (size_t)k;
      }
      sink ^= crc32c(buf.data(), unit);
      if (write(fd, buf.data(), unit) != (ssize_t)unit) die("floor write");
    }
    in_cpu = thread_cpu() - c0;
    in_s = (double)(now_ns() - t0) / 1e9;
    close(s);
    s = accept(ls, 0, 0);
    c0 = thread_cpu();
    t0 = now_ns();
    off_t off = 0;
    while ((size_t)off < total)
      if (sendfile(s, fd, &off, 1 << 20) <= 0) die("floor sendfile");
    out_cpu = thread_cpu() - c0;
    out_s = (double)(now_ns() - t0) / 1e9;
    close(s);
    close(fd);
    unlink(path.c_str());
    if (sink == 1) puts("");
  });
  {
    std::vector<char> b(unit);
    std::mt19937_64 r(1);
    for (auto& x : b) x = (char)r();
    Conn c("127.0.0.1", port);
    for (size_t d = 0; d < total; d += unit) c.send(b.data(), unit);
  }
  {
    std::vector<char> b(1 << 20);
    Conn c("127.0.0.1", port);
    for (;;) {
      ssize_t k = ::recv(c.fd, b.data(), b.size(), 0);
      if (k <= 0) break;
    }
  }
  server.join();
  double gb = (double)total / 1e9;
  printf(
      "{\"mode\":\"floor\",\"in_cpu_s_per_GB\":%.3f,\"in_MB_per_s\":%.0f,\"out_cpu_s_per_GB\":%.3f,\"out_MB_per_s\":%."
      "0f}\n",
      in_cpu / gb, gb * 1000 / in_s, out_cpu / gb, gb * 1000 / out_s);
  return 0;
}
int main(int argc, char** argv) {
  if (argc < 2) die("produce | fetch | e2e, see the head of kload.cc");
  Opt o;
  for (int i = 2; i + 1 < argc; i += 2) {
    if (strncmp(argv[i], "--", 2)) die(std::string("bad option ") + argv[i]);
    o.m[argv[i] + 2] = argv[i + 1];
  }
  std::string mode = argv[1];
  if (mode == "produce") return Produce::run(o);
  if (mode == "fetch") return run_fetch(o);
  if (mode == "e2e") return EndToEnd::run(o);
  if (mode == "floor") return run_floor(o);
  die("unknown mode " + mode);
}
