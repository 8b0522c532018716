#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace antin::bench {

/// The client's side of a TLS connection, without a socket: who has one carries the octets. Trusts
/// any server: it measures one on this machine.
class Tls {
 public:
  /// Nothing is sent by it yet, and its first octets are waiting in out().
  Tls();
  /// What came over the wire; false when nothing more can come of it.
  bool feed(std::string_view wire);
  bool ready() const;
  /// Plain text to send; once it is ready().
  bool write(std::string_view plain);
  /// Appends the plain text that has come.
  void read(std::string& into);
  /// What is to be sent; whoever sends it takes it away.
  std::string& out() noexcept { return out_; }

 private:
  struct Free {
    void operator()(ssl_st* session) const noexcept;
  };
  bool step(int result);
  void collect();
  std::unique_ptr<ssl_st, Free> session_;
  std::string out_;
};

}  // namespace antin::bench
