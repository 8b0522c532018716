package antin.interop;

import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.simplereport.jaxb.XmlTimestamp;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
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
 * Asks EU DSS about many PDFs in one JVM.
 *
 * <p>Each line of standard input is one request of four fields between tabs: the PDF, the trust
 * anchors, the CRLs (both lists of files, with ':' between; may be empty) and the validation time
 * (RFC 3339, empty for now). Each line of standard output is the answer, one JSON object. A file that
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
      if (fields.length != 4) {
        throw new IOException("a request has four fields: " + line);
      }
      out.println(answer(fields[0], fields[1], fields[2], fields[3]));
    }
  }

  private static String answer(String pdf, String anchors, String crls, String at) {
    try {
      SignedDocumentValidator validator =
          SignedDocumentValidator.fromDocument(new FileDocument(pdf));
      validator.setCertificateVerifier(verifier(anchors, crls));
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

  private static CommonCertificateVerifier verifier(String anchors, String crls) {
    var trusted = new CommonTrustedCertificateSource();
    for (String file : list(anchors)) {
      trusted.addCertificate(DSSUtils.loadCertificate(new File(file)));
    }
    var verifier = new CommonCertificateVerifier();
    verifier.setTrustedCertSources(trusted);
    verifier.setAIASource(null);
    if (!crls.isEmpty()) {
      verifier.setCrlSource(
          new ExternalResourcesCRLSource(
              list(crls).stream()
                  .map(file -> DSSUtils.toByteArray(new File(file)))
                  .map(java.io.ByteArrayInputStream::new)
                  .toArray(java.io.InputStream[]::new)));
    }
    return verifier;
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

  private static List<String> list(String joined) {
    return joined.isEmpty() ? List.of() : Arrays.asList(joined.split(":"));
  }

  /** Names and ready-made values in turn, as one JSON object. */
  private static String object(String... members) {
    StringBuilder out = new StringBuilder("{");
    for (int i = 0; i < members.length; i += 2) {
      out.append(i == 0 ? "" : ",").append(text(members[i])).append(':').append(members[i + 1]);
    }
    return out.append('}').toString();
  }

  private static String text(Object value) {
    return value == null
        ? "null"
        : value.toString().chars()
            .mapToObj(c -> c == '"' || c == '\\' || c < 0x20 || c > 0x7e
                ? String.format("\\u%04x", c)
                : String.valueOf((char) c))
            .collect(Collectors.joining("", "\"", "\""));
  }
}
