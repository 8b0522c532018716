package antin.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * How long EU DSS judges, warm. Requests are those of {@link Judge}; each is answered as often as the
 * one argument says, and the line for it holds the milliseconds of the fastest time of the second
 * half. A request that fails is a line without them.
 */
public final class Timing {
  private Timing() {}

  public static void main(String[] arguments) throws IOException {
    int times = Integer.parseInt(arguments[0]);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] fields = line.split("\t", -1);
      long best = Long.MAX_VALUE;
      String answer = "";
      for (int i = 0; i < times; ++i) {
        long begin = System.nanoTime();
        answer = Judge.answer(fields);
        if (2 * i >= times) {
          best = Math.min(best, System.nanoTime() - begin);
        }
      }
      boolean failed = answer.contains("\"error\":");
      out.println(
          Judge.object(
              "milliseconds", failed ? "null" : String.valueOf(best / 1e6), "answer", answer));
    }
  }
}
