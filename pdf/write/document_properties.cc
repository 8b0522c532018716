#include "pdf/write/document_properties.h"

#include <algorithm>
#include <set>

#include "certs/core/markup_text.h"
#include "pdf/read/xmp.h"
#include "pdf/write/unicode.h"

namespace antin::pdf {
namespace {

constexpr std::string_view kEnd = "</rdf:RDF";
constexpr char32_t kReplacement = 0xFFFD;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// XML 1.0 (2.2) knows no control characters and no two code points at the end of a plane.
std::string escaped(std::string_view utf8) {
  std::u32string clean;
  for (const char32_t c : code_points(utf8)) {
    const bool is_none = (c & 0xFFFEU) == 0xFFFEU;
    clean += c < ' ' || c == 0x7F || is_none ? U' ' : c;
  }
  std::string out;
  for (const char c : utf8_of(clean)) {
    const auto reference = markup_reference(c);
    out += reference.empty() ? std::string_view(&c, 1) : reference;
  }
  return out;
}

std::string element(std::string_view name, std::string_view inside) {
  const std::string tag(name);
  return "<" + tag + ">" + std::string(inside) + "</" + tag + ">\n";
}

// The first value of an attribute, as it is written.
std::string attribute(std::string_view text, std::string_view name) {
  for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const auto open = at + name.size();
    if (open + 1 >= text.size() || text[open] != '=') continue;
    const char quote = text[open + 1];
    if (quote != '"' && quote != '\'') continue;
    const auto close = text.find(quote, open + 2);
    if (close != std::string_view::npos)
      return std::string(text.substr(open + 2, close - open - 2));
  }
  return {};
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
    ++count;
  return count;
}

// ISO 19005-1 6.7.8: what a property of no standard is.
std::string explained(const DocumentProperties& properties) {
  std::string seq;
  for (const auto& one : properties) {
    seq += "<rdf:li rdf:parseType=\"Resource\">" + element("pdfaProperty:name", one.name) +
           element("pdfaProperty:valueType", "Text") +
           element("pdfaProperty:category", "external") +
           element("pdfaProperty:description", "Code of a result of an administrative procedure") +
           "</rdf:li>\n";
  }
  return "<rdf:li rdf:parseType=\"Resource\""
         " xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\""
         " xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n" +
         element("pdfaSchema:schema", "antin") +
         element("pdfaSchema:namespaceURI", kPropertyNamespace) +
         element("pdfaSchema:prefix", "antin") +
         element("pdfaSchema:property", "<rdf:Seq>\n" + seq + "</rdf:Seq>") + "</rdf:li>\n";
}

std::string description(std::string_view about, std::string_view namespaces,
                        std::string_view inside) {
  return "<rdf:Description rdf:about=\"" + std::string(about) + "\"" + std::string(namespaces) +
         ">\n" + std::string(inside) + "</rdf:Description>\n";
}

std::string described(std::string_view about, const DocumentProperties& properties) {
  std::string inside;
  for (const auto& one : properties) inside += element("antin:" + one.name, escaped(one.value));
  return description(about, " xmlns:antin=\"" + std::string(kPropertyNamespace) + "\"", inside);
}

// Into the list that is there, or with a list of its own. False: there is one that is not as
// ISO 19005 writes it.
bool explain(std::string& packet, std::string_view about, const DocumentProperties& properties) {
  constexpr std::string_view kSchemas = "<pdfaExtension:schemas", kBag = "<rdf:Bag>";
  const auto schemas = packet.find(kSchemas);
  if (schemas != std::string::npos) {
    const auto bag = packet.find(kBag, schemas);
    if (bag == std::string::npos || count_of(packet, kSchemas) != 1) return false;
    const auto between = std::string_view(packet).substr(schemas + 1, bag - schemas - 1);
    if (between.find('<') != std::string_view::npos) return false;
    packet.insert(bag + kBag.size(), "\n" + explained(properties));
    return true;
  }
  packet.insert(
      packet.find(kEnd),
      description(
          about, " xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\"",
          element("pdfaExtension:schemas", "<rdf:Bag>\n" + explained(properties) + "</rdf:Bag>")));
  return true;
}

}  // namespace

Status check_properties(const DocumentProperties& properties) {
  std::set<std::string_view> names;
  for (const auto& one : properties) {
    if (one.name.empty() || !std::all_of(one.name.begin(), one.name.end(), is_letter) ||
        !names.insert(one.name).second)
      return make_error(Code::kUsage, "name of a property: " + one.name);
    const auto text = code_points(one.value);
    const bool is_good = std::none_of(text.begin(), text.end(), [](char32_t c) {
      return c < ' ' || c == kReplacement || is_invisible_control(c);
    });
    if (text.empty() || !is_good) return make_error(Code::kUsage, "value of " + one.name);
  }
  return Done{};
}

std::optional<std::string> with_properties(std::string_view packet,
                                           const DocumentProperties& properties) {
  // Where the end is, and what is data, must be beyond doubt without an XML parser.
  const bool is_plain = utf8_of(code_points(packet)) == packet &&
                        is_well_formed_xmp(as_bytes(packet)) && count_of(packet, kEnd) == 1 &&
                        packet.find("<!") == std::string_view::npos &&
                        packet.find(kPropertyNamespace) == std::string_view::npos;
  if (!is_plain) return std::nullopt;
  std::string out(packet);
  const auto about = attribute(packet, "rdf:about");
  if (about.find_first_of("\"<") != std::string::npos) return std::nullopt;
  const bool claims_pdf_a = packet.find("http://www.aiim.org/pdfa/ns/id/") != std::string::npos;
  if (claims_pdf_a && !explain(out, about, properties)) return std::nullopt;
  out.insert(out.find(kEnd), described(about, properties));
  if (!is_well_formed_xmp(as_bytes(out))) return std::nullopt;
  return out;
}

std::string new_packet(const AboutFile& about, const DocumentProperties& properties) {
  std::string inside;
  const auto plain = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) inside += element(name, escaped(value));
  };
  const auto listed = [&](std::string_view name, std::string_view list, std::string_view item,
                          const std::string& value) {
    if (value.empty()) return;
    const auto one = "<" + std::string(item) + ">" + escaped(value) + "</rdf:li>";
    inside += element(name, element(list, one));
  };
  constexpr std::string_view kDefault = "rdf:li xml:lang=\"x-default\"";
  listed("dc:title", "rdf:Alt", kDefault, about.title);
  listed("dc:creator", "rdf:Seq", "rdf:li", about.author);
  listed("dc:description", "rdf:Alt", kDefault, about.subject);
  plain("pdf:Keywords", about.keywords);
  plain("pdf:Producer", about.producer);
  plain("xmp:CreatorTool", about.creator);
  plain("xmp:CreateDate", about.created);
  plain("xmp:ModifyDate", about.modified);
  const auto known = inside.empty() ? std::string()
                                    : description("",
                                                  " xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
                                                  " xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\""
                                                  " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"",
                                                  inside);
  return "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
         "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
         "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n" +
         known + described("", properties) + "</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>";
}

}  // namespace antin::pdf
