package antin.interop;

import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.simplereport.jaxb.XmlTimestamp;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonCertificateSource;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.ExternalResourcesOCSPSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Asks EU DSS about many signatures in one JVM.
 *
 * <p>Each line of standard input is one request of seven fields between tabs: the PDF or the detached
 * signature, the trust anchors, the CRLs (lists of files, with ':' between; may be empty), the
 * validation time (RFC 3339, empty for now), OCSP answers, further certificates, and the file that a
 * detached signature is about. Each line of standard output is the answer, one JSON object. A file that
 * DSS cannot read has an "error" instead of "signatures". DSS runs with its default policy and never
 * goes to the network.
 */
public final class Judge {
  private Judge() {}

  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] fields = line.split("\t", -1);
      if (fields.length != 7) {
        throw new IOException("a request has seven fields: " + line);
      }
      out.println(answer(fields));
    }
  }

  static String answer(String[] fields) {
    String pdf = fields[0];
    String at = fields[3];
    try {
      SignedDocumentValidator validator =
          SignedDocumentValidator.fromDocument(new FileDocument(pdf));
      validator.setCertificateVerifier(verifier(fields[1], fields[2], fields[4], fields[5]));
      if (!fields[6].isEmpty()) {
        validator.setDetachedContents(List.of(new FileDocument(fields[6])));
      }
      if (!at.isEmpty()) {
        validator.setValidationTime(Date.from(Instant.parse(at)));
      }
      var reports = validator.validateDocument();
      List<String> signatures = new ArrayList<>();
      SimpleReport simple = reports.getSimpleReport();
      DiagnosticData facts = reports.getDiagnosticData();
      for (String id : simple.getSignatureIdList()) {
        signatures.add(signature(simple, facts, id));
      }
      return object("file", text(pdf), "signatures", "[" + String.join(",", signatures) + "]");
    } catch (Exception | StackOverflowError e) {
      return object("file", text(pdf), "error", text(e.toString()));
    }
  }

  static CommonCertificateVerifier verifier(
      String anchors, String crls, String ocsp, String certificates) {
    var trusted = new CommonTrustedCertificateSource();
    for (String file : list(anchors)) {
      trusted.addCertificate(DSSUtils.loadCertificate(new File(file)));
    }
    var verifier = new CommonCertificateVerifier();
    verifier.setTrustedCertSources(trusted);
    verifier.setAIASource(null);
    if (!crls.isEmpty()) {
      verifier.setCrlSource(new ExternalResourcesCRLSource(contents(crls)));
    }
    if (!ocsp.isEmpty()) {
      verifier.setOcspSource(new ExternalResourcesOCSPSource(contents(ocsp)));
    }
    if (!certificates.isEmpty()) {
      var more = new CommonCertificateSource();
      for (String file : list(certificates)) {
        more.addCertificate(DSSUtils.loadCertificate(new File(file)));
      }
      verifier.setAdjunctCertSources(more);
    }
    return verifier;
  }

  private static InputStream[] contents(String files) {
    return list(files).stream()
        .map(file -> new ByteArrayInputStream(DSSUtils.toByteArray(new File(file))))
        .toArray(InputStream[]::new);
  }

  private static String signature(SimpleReport simple, DiagnosticData facts, String id) {
    SignatureWrapper signature = facts.getSignatureById(id);
    List<String> timestamps = new ArrayList<>();
    for (XmlTimestamp timestamp : simple.getSignatureTimestamps(id)) {
      TimestampWrapper token = facts.getTimestampById(timestamp.getId());
      timestamps.add(
          object(
              "type", text(token.getType()),
              "indication", text(timestamp.getIndication()),
              "intact", String.valueOf(token.isMessageImprintDataIntact()
                  && token.isSignatureIntact()),
              "time", text(token.getProductionTime().toInstant())));
    }
    List<String> errors =
        simple.getAdESValidationErrors(id).stream().map(m -> text(m.getValue())).toList();
    return object(
        "field", text(signature.getFirstFieldName()),
        "indication", text(simple.getIndication(id)),
        "sub_indication", text(simple.getSubIndication(id)),
        "format", text(simple.getSignatureFormat(id)),
        "intact", String.valueOf(signature.isSignatureIntact()),
        "cryptographically_valid", String.valueOf(signature.isSignatureValid()),
        "undefined_changes", String.valueOf(!signature.getPdfUndefinedChanges().isEmpty()),
        "timestamps", "[" + String.join(",", timestamps) + "]",
        "errors", "[" + String.join(",", errors) + "]");
  }

  static List<String> list(String joined) {
    return joined.isEmpty() ? List.of() : Arrays.asList(joined.split(":"));
  }

  /** Names and ready-made values in turn, as one JSON object. */
  static String object(String... members) {
    StringBuilder out = new StringBuilder("{");
    for (int i = 0; i < members.length; i += 2) {
      out.append(i == 0 ? "" : ",").append(text(members[i])).append(':').append(members[i + 1]);
    }
    return out.append('}').toString();
  }

  static String text(Object value) {
    return value == null
        ? "null"
        : value.toString().chars()
            .mapToObj(c -> c == '"' || c == '\\' || c < 0x20 || c > 0x7e
                ? String.format("\\u%04x", c)
                : String.valueOf((char) c))
            .collect(Collectors.joining("", "\"", "\""));
  }
}
