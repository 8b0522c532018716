package antin.interop;

import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.SerializableTimestampParameters;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.TimestampBinary;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.signature.AbstractSignatureService;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.x509.tsp.TSPSource;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponse;

/**
 * Signs and raises levels with EU DSS, many files in one JVM.
 *
 * <p>Each line of standard input has eleven fields between tabs: "sign" or "extend"; the input; the
 * output; the level ("B-T"); the format ("pades" or "cades": detached); the file that a detached
 * signature to extend is about; the trust anchors; the CRLs (lists with ':' between); the address of the
 * timestamp server; and for "sign" the certificates (the signer's first) and "SCHEME:KEY" (pkcs1, pss
 * or ecdsa; the key in PEM). Each line of standard output is one JSON object with the output's name
 * and, when it failed, an "error".
 */
public final class Maker {
  private static final Map<String, String> PADES =
      Map.of("B-B", "PAdES_BASELINE_B", "B-T", "PAdES_BASELINE_T", "B-LT", "PAdES_BASELINE_LT",
          "B-LTA", "PAdES_BASELINE_LTA");

  private Maker() {}

  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] fields = line.split("\t", -1);
      if (fields.length != 11) {
        throw new IOException("a request has eleven fields: " + line);
      }
      out.println(answer(fields));
    }
  }

  private static String answer(String[] fields) {
    try {
      DSSDocument made = fields[4].equals("pades") ? pades(fields) : cades(fields);
      made.save(fields[2]);
      return Judge.object("file", Judge.text(fields[2]));
    } catch (Exception | StackOverflowError e) {
      return Judge.object("file", Judge.text(fields[2]), "error", Judge.text(e.toString()));
    }
  }

  private static DSSDocument pades(String[] fields) throws Exception {
    var service = new PAdESService(Judge.verifier(fields[6], fields[7], "", ""));
    service.setTspSource(new HttpTimestamps(fields[8]));
    var parameters = new PAdESSignatureParameters();
    parameters.setSignatureLevel(SignatureLevel.valueOf(PADES.get(fields[3])));
    if (fields[0].equals("extend")) {
      return service.extendDocument(new FileDocument(fields[1]), parameters);
    }
    return signed(service, parameters, fields);
  }

  private static DSSDocument cades(String[] fields) throws Exception {
    var service = new CAdESService(Judge.verifier(fields[6], fields[7], "", ""));
    service.setTspSource(new HttpTimestamps(fields[8]));
    var parameters = new CAdESSignatureParameters();
    parameters.setSignatureLevel(
        SignatureLevel.valueOf(PADES.get(fields[3]).replace("PAdES", "CAdES")));
    parameters.setSignaturePackaging(SignaturePackaging.DETACHED);
    if (fields[0].equals("extend")) {
      parameters.setDetachedContents(List.of(new FileDocument(fields[5])));
      return service.extendDocument(new FileDocument(fields[1]), parameters);
    }
    return signed(service, parameters, fields);
  }

  private static <P extends AbstractSignatureParameters<?>,
          T extends SerializableTimestampParameters> DSSDocument signed(
      AbstractSignatureService<P, T> service, P parameters, String[] fields) throws Exception {
    List<CertificateToken> chain =
        Judge.list(fields[9]).stream().map(f -> DSSUtils.loadCertificate(new File(f))).toList();
    String[] key = fields[10].split(":", 2);
    parameters.setSigningCertificate(chain.get(0));
    parameters.setCertificateChain(chain);
    parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
    EncryptionAlgorithm encryption =
        switch (key[0]) {
          case "pss" -> EncryptionAlgorithm.RSASSA_PSS;
          case "ecdsa" -> EncryptionAlgorithm.ECDSA;
          default -> EncryptionAlgorithm.RSA;
        };
    parameters.setEncryptionAlgorithm(encryption);
    parameters.bLevel().setSigningDate(new Date());
    DSSDocument document = new FileDocument(fields[1]);
    byte[] data = service.getDataToSign(document, parameters).getBytes();
    var algorithm = SignatureAlgorithm.getAlgorithm(encryption, DigestAlgorithm.SHA256);
    var value = new SignatureValue(algorithm, sign(key[0], key[1], data));
    return service.signDocument(document, parameters, value);
  }

  private static byte[] sign(String scheme, String file, byte[] data) throws Exception {
    String pem = Files.readString(Path.of(file)).replaceAll("-----[A-Z ]+-----|\\s", "");
    var encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem));
    PrivateKey key = KeyFactory.getInstance(scheme.equals("ecdsa") ? "EC" : "RSA")
        .generatePrivate(encoded);
    Signature signer =
        Signature.getInstance(
            switch (scheme) {
              case "pss" -> "RSASSA-PSS";
              case "ecdsa" -> "SHA256withECDSA";
              default -> "SHA256withRSA";
            });
    if (scheme.equals("pss")) {
      signer.setParameter(
          new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
    }
    signer.initSign(key);
    signer.update(data);
    return signer.sign();
  }

  /** RFC 3161 over HTTP, nothing more: DSS's own client would be one more dependency. */
  private static final class HttpTimestamps implements TSPSource {
    private static final long serialVersionUID = 1L;
    private final String address;

    HttpTimestamps(String address) {
      this.address = address;
    }

    @Override
    public TimestampBinary getTimeStampResponse(DigestAlgorithm algorithm, byte[] digest) {
      try {
        var generator = new TimeStampRequestGenerator();
        generator.setCertReq(true);
        var asked =
            generator.generate(
                new org.bouncycastle.asn1.ASN1ObjectIdentifier(algorithm.getOid()), digest);
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(address))
                .header("Content-Type", "application/timestamp-query")
                .POST(HttpRequest.BodyPublishers.ofByteArray(asked.getEncoded()))
                .build();
        HttpResponse<byte[]> response =
            HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
        var answered = new TimeStampResponse(response.body());
        answered.validate(asked);
        return new TimestampBinary(answered.getTimeStampToken().getEncoded());
      } catch (Exception e) {
        throw new IllegalStateException("no timestamp from " + address, e);
      }
    }
  }
}
