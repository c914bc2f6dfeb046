#include "sim/network.h"

#include <algorithm>
#include <utility>

namespace millrace::sim {

Network::~Network() { stop_listening(); }

Result<std::uint16_t> Network::listen(const ports::Endpoint& endpoint, const ports::ListenLimits& limits,
                                      ports::Acceptor& acceptor) {
  const std::int32_t node = loop_.place().node;
  const std::int32_t named = net_.resolve(endpoint.host, node);
  if (named == -1) return Error::not_found;
  if (named != node) return Error::refused;
  Net::Port port{node, endpoint.port};
  if (endpoint.port == 0) {
    while (net_.listeners_.contains({node, next_port_})) ++next_port_;
    port.second = next_port_;
  }
  Net::Listener& listener = net_.listeners_[port];
  const auto mine = [this](const auto& taker) { return taker.network == this; };
  if (std::any_of(listener.takers.begin(), listener.takers.end(), mine)) return Error::refused;
  listener.host = endpoint.host;
  listener.limits = limits;
  listener.takers.push_back({this, &acceptor});
  listening_.push_back(port);
  return port.second;
}

void Network::set_limits(const ports::ListenLimits& limits) {
  for (const Net::Port& port : listening_) {
    const auto at = net_.listeners_.find(port);
    if (at == net_.listeners_.end()) continue;
    const Millis idle_timeout = at->second.limits.idle_timeout;
    at->second.limits = limits;
    at->second.limits.idle_timeout = idle_timeout;
  }
}

void Network::stop_listening() {
  for (const auto& port : listening_) {
    const auto at = net_.listeners_.find(port);
    if (at == net_.listeners_.end()) continue;
    std::erase_if(at->second.takers, [this](const auto& taker) { return taker.network == this; });
    if (at->second.takers.empty()) net_.listeners_.erase(at);
  }
  listening_.clear();
}

void Network::stop_listening_for(ports::Acceptor& acceptor) {
  std::erase_if(listening_, [&](const Net::Port& port) {
    const auto at = net_.listeners_.find(port);
    if (at == net_.listeners_.end()) return true;
    const auto mine = [&](const auto& taker) { return taker.network == this && taker.acceptor == &acceptor; };
    if (std::erase_if(at->second.takers, mine) == 0) return false;
    if (at->second.takers.empty()) net_.listeners_.erase(at);
    return true;
  });
}

void Network::connect(const ports::Endpoint& endpoint, ConnectDone done) {
  const std::uint64_t link = net_.next_link_++;
  net_.run().queue.at(net_.run().now() + net_.latency(), loop_.owner(),
                      [this, link, endpoint, done = std::move(done)]() mutable {
                        begin_connect(link, endpoint, std::move(done));
                      });
}

// The request for a connection has reached the other node.
void Network::begin_connect(std::uint64_t id, const ports::Endpoint& endpoint, ConnectDone done) {
  const std::int32_t here = loop_.place().node;
  const std::int32_t there = net_.resolve(endpoint.host, here);
  const Net::Port port{there, endpoint.port};
  auto link = std::make_shared<Link>();
  link->id = id;
  link->nodes[0] = here;
  link->nodes[1] = there;
  Arrival mine{link, endpoint, {net_.name_of(here), static_cast<std::uint16_t>(49'152 + id % 16'000)}};
  const auto listener = net_.listeners_.find(port);
  const bool refused = there == -1 || listener == net_.listeners_.end() || listener->second.takers.empty() ||
                       hit(net_.prng(), net_.run().profile.connect_refused);
  if (refused) {
    finish_connect(mine, there == -1 ? Error::not_found : Error::refused, std::move(done));
    return;
  }
  Net::Listener& target = listener->second;
  const auto taker = target.takers[target.next++ % target.takers.size()];
  net_.links_[id] = link;
  add(mine, 0);
  taker.network->accept(*taker.acceptor, port, {link, mine.local, {net_.name_of(there), port.second}});
  finish_connect(mine, Error::none, std::move(done));
}

void Network::finish_connect(const Arrival& arrival, Error error, ConnectDone done) {
  loop_.input_at(net_.run().now() + net_.latency(), Kind::connected, arrival.link->id, error == Error::none ? 1 : 0,
                 [this, id = arrival.link->id, error, done = std::move(done)]() mutable {
                   End* const end = find(id, 0);
                   if (error != Error::none || end == nullptr) {
                     done(error == Error::none ? Error::refused : error);
                     return;
                   }
                   end->begin(done(static_cast<ports::Connection*>(end)));
                 });
}

// Runs outside a turn: the acceptor is asked in the next one.
void Network::accept(ports::Acceptor& acceptor, Net::Port port, const Arrival& arrival) {
  const auto at = net_.listeners_.find(port);
  Net::Listener& listener = at->second;
  std::uint32_t& of_address = listener.open_by_address[arrival.peer.host];
  const ports::ListenLimits& limits = listener.limits;
  const auto own = limits.max_from_address.find(arrival.peer.host);
  const auto most = own != limits.max_from_address.end() ? own->second : limits.max_connections_per_address;
  if (listener.open >= limits.max_connections || of_address >= most) {
    net_.tell_reset(arrival.link, 0);
    return;
  }
  ++listener.open;
  ++of_address;
  End& end = add(arrival, 1);
  end.set_listener(port, listener.limits.idle_timeout);
  loop_.input(Kind::accept, arrival.link->id, 0, [this, &acceptor, id = arrival.link->id] {
    End* const accepted = find(id, 1);
    if (accepted == nullptr) return;
    accepted->begin(acceptor.accept(*accepted));
  });
}

End& Network::add(const Arrival& arrival, int side) {
  auto end = std::make_unique<End>(*this, arrival.link, side, arrival.peer, arrival.local);
  return *(ends_[{arrival.link->id, side}] = std::move(end));
}

End* Network::find(std::uint64_t link, int side) {
  const auto at = ends_.find({link, side});
  return at == ends_.end() ? nullptr : at->second.get();
}

void Network::remove(std::uint64_t link, int side) {
  const auto at = ends_.find({link, side});
  MR_ASSERT(at != ends_.end());
  if (const auto port = at->second->listener()) {
    const auto listener = net_.listeners_.find(*port);
    if (listener != net_.listeners_.end() && listener->second.open > 0) {
      --listener->second.open;
      --listener->second.open_by_address[at->second->peer().host];
    }
  }
  ends_.erase(at);
}

void Network::die(Farewell farewell) {
  stop_listening();
  for (auto& [id, end] : ends_) end->die(farewell);
}

}  // namespace millrace::sim
