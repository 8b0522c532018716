#pragma once

#include <map>
#include <string>
#include <string_view>

#include "service/http/http_message.h"

namespace antin::service {

/// What people's browsers get: the files of service/web, each with its type, the hash of its
/// content and a compressed copy, and pages that are put together. Thread-safe.
class Pages {
 public:
  Pages();

  /// "css/antin.css" below /web/; 304 for whoever has it already, 404 for what there is not.
  Response file(const RequestHead& head, std::string_view path, const std::string& id) const;
  /// The shell of those who are signed in.
  Response staff(const RequestHead& head) const;
  /// The public check page, with this result (markup of ours) above its forms.
  Response check(const RequestHead& head, std::string_view result, bool english = false,
                 int status = 200) const;
  /// The check page while the check goes on; it asks again by itself.
  Response waiting(const RequestHead& head, const std::string& job) const;

 private:
  struct Kept {
    std::string type;
    SharedBytes plain, packed;
    std::string tag;  ///< without quotation marks
  };
  Response kept(const RequestHead& head, const Kept& file, std::string_view policy) const;
  const Kept* find(std::string_view path) const;

  std::map<std::string, Kept, std::less<>> files_;
  struct Template {
    std::string before, after;
  };
  Template vietnamese_, english_;
};

/// Whether whoever asks is a person with a browser, who is told of a problem by a page.
bool wants_page(const RequestHead& head);

/// What the address says, read leniently: a page is opened with whatever stands in it.
bool asks_english(const RequestHead& head);

/// The head with the language of the form in its address: what is told before the form is read, or
/// because it cannot be read, is told in it.
RequestHead in_the_forms_language(const Request& request);

/// Accept-Encoding has gzip, and not with the weight 0 (RFC 9110 section 12.5.3).
bool takes_gzip(std::string_view accept_encoding);

}  // namespace antin::service
