import java.util.*;
import java.util.regex.*;
import java.util.stream.*;

/**
 * Writes test/matching/vectors/java.json: what Java 17 makes of case and of patterns, by hand.
 *
 *     java test/matching/java/MakeVectors.java > test/matching/vectors/java.json && npm run format
 */
public class MakeVectors {
  static final Random random = new Random(17);

  public static void main(String[] arguments) {
    System.out.println("{\"java\":" + text(System.getProperty("java.version")) + ",\"lower\":" + lower()
        + ",\"sigmas\":" + sigmas() + ",\"words\":" + words() + ",\"locales\":" + locales()
        + ",\"patterns\":" + patterns() + "}");
  }

  /** Each code point that has another lower case, with that: pairs of texts. */
  static String lower() {
    StringBuilder pairs = new StringBuilder();
    for (int point : points()) {
      String one = Character.toString(point);
      if (!one.toLowerCase(Locale.ROOT).equals(one)) pairs.append(one).append(one.toLowerCase(Locale.ROOT)).append('|');
    }
    return text(pairs.toString());
  }

  /** By what becomes of a sigma before and behind a code point: ranges of code points, in base 36. */
  static String sigmas() {
    Map<String, List<Integer>> groups = new TreeMap<>();
    for (int point : points()) {
      String c = Character.toString(point);
      String seen = Stream.of("A" + c + "\u03a3", c + "\u03a3", "A\u03a3" + c + "b", "A\u03a3" + c)
          .map((given) -> given.toLowerCase(Locale.ROOT).indexOf('\u03c2') >= 0 ? "1" : "0").collect(Collectors.joining());
      groups.computeIfAbsent(seen, (key) -> new ArrayList<>()).add(point);
    }
    return groups.entrySet().stream().map((group) -> text(group.getKey()) + ":" + text(ranges(group.getValue())))
        .collect(Collectors.joining(",", "{", "}"));
  }

  static String words() {
    String[] parts = {"\u03a3", "\u03a3", "\u03a3", "A", "b", "\u0345", "\u0301", "\u0903", "\u200b", "\u00ad", "1", "\u2167", "\u24d0", "\u02b0",
        "-", "'", "\"", ".", ",", "\u066b", "_", " ", "\n", "\r", "$", "#", "%", "\u00a2", "\u0964", "\u6f22", "\u3005", "\u30ab", "\u30fc",
        "\u3042", "\u309b", "\u3099", "\u3007", "\ud835\udc00", "\ud801\udc00", "\ud835\udfce", "\u0295", "\u01c5", "\u05d0", "\u0130", "!", "\u2028", "\u0001",
        "\ue000", "\u0378", "\u2c2f", "\ud83d\ude00", "\u20dd", "\u0e01", "\udb40\udc41", "\ud834\udd67", "\u00a0"};
    List<String> cases = new ArrayList<>();
    for (int n = 0; n < 4000; n++) {
      StringBuilder given = new StringBuilder();
      for (int length = 2 + random.nextInt(7); length > 0; length--) given.append(parts[random.nextInt(parts.length)]);
      cases.add(text(given + "|" + given.toString().toLowerCase(Locale.ROOT)));
    }
    return "[" + String.join(",", cases) + "]";
  }

  static String locales() {
    String[] parts = {"I", "\u0130", "i", "\u0131", "\u0307", "\u0300", "\u0301", "\u0303", "\u0323", "J", "\u012e", "\u00cc", "\u00cd", "\u0128", "A", "\u03a3", " ", "\u0345"};
    List<String> cases = new ArrayList<>();
    for (String locale : new String[] {"tr", "az", "lt"}) {
      for (int n = 0; n < 300; n++) {
        StringBuilder given = new StringBuilder();
        for (int length = 1 + random.nextInt(5); length > 0; length--) given.append(parts[random.nextInt(parts.length)]);
        cases.add(text(locale + "|" + given + "|" + given.toString().toLowerCase(new Locale(locale))));
      }
    }
    return "[" + String.join(",", cases) + "]";
  }

  /** Patterns, each with where it is found in texts: made of atoms, groups and quantifiers at random, and given ones. */
  static String patterns() {
    List<String> cases = new ArrayList<>();
    List<String> given = new ArrayList<>(List.of("(?:^|,)*", "h(?:e??)?", "(?:|a){3}b", "(a*)*b", "(?:a|ab)(?:c|bcd)*", "(?:x*?)+y", "(?:a??)*b", "(a+)+b",
        "(?:a?){3}a{3}", "(?=a)*a", "(?:(?=a)|b)*", "(?:a|b)*?,", "^*a", "(?:)*", "(|a)+", "(a|)+?b", "\\z|a", "(?:\\z|a)+", "x{0}a", "(?:ab){0,2}?c",
        "(?:(?:a*)*)*b", "(?:a|a|b)+,", "(?:a*?b??)*?,", "((a)|b)*a", "(?:[^a]|a)*a", "(?:,|^|h)*?a", "(?!a)*b", "(?:a{2,3}|b){2}", "(?:.a?)*?b"));
    for (int n = 0; n < 400; n++) given.add(pattern(3));
    for (String pattern : given) {
      Pattern compiled;
      try { compiled = Pattern.compile(pattern); } catch (PatternSyntaxException error) { continue; }
      List<String> found = new ArrayList<>();
      for (int n = 0; n < 8; n++) {
        StringBuilder line = new StringBuilder();
        for (int length = random.nextInt(9); length > 0; length--) line.append("aab,hex\ud83d\ude00".charAt(random.nextInt(8)));
        String subject = line.toString().replaceAll("\ud83d(?!\ude00)|(?<!\ud83d)\ude00", "\ud83d\ude00");
        Matcher matcher = compiled.matcher(subject);
        List<String> places = new ArrayList<>();
        while (matcher.find()) places.add(matcher.start() + "-" + matcher.end());
        found.add(text(subject + "|" + String.join(" ", places)));
      }
      cases.add("[" + text(pattern) + "," + String.join(",", found) + "]");
    }
    return "[" + String.join(",", cases) + "]";
  }

  static String pattern(int depth) {
    StringBuilder made = new StringBuilder();
    for (int length = 1 + random.nextInt(3); length > 0; length--) {
      String[] atoms = {"a", "b", ",", ".", "[^a]", "\\w", "h", "^", "(?=a)", "(?!b)", "\\z", "\\p{L}"};
      boolean group = depth > 0 && random.nextInt(2) == 0;
      String body = group ? pattern(depth - 1) + (random.nextInt(2) == 0 ? "|" + (random.nextInt(4) == 0 ? "" : pattern(depth - 1)) : "") : "";
      made.append(group ? (random.nextInt(3) == 0 ? "(" : "(?:") + body + ")" : atoms[random.nextInt(random.nextInt(3) == 0 ? atoms.length : 7)]);
      String[] quantifiers = {"*", "+", "?", "{2}", "{0,2}", "{1,}"};
      if (random.nextInt(2) == 0) made.append(quantifiers[random.nextInt(quantifiers.length)]).append(random.nextInt(3) == 0 ? "?" : "");
    }
    return made.toString();
  }

  static int[] points() {
    return IntStream.rangeClosed(1, 0x10ffff).filter((point) -> point < 0xd800 || point > 0xdfff).filter((point) -> point != '|').toArray();
  }

  static String ranges(List<Integer> points) {
    StringBuilder ranges = new StringBuilder();
    int last = 0;
    for (int at = 0; at < points.size(); ) {
      int end = at;
      while (end + 1 < points.size() && points.get(end + 1) == points.get(end) + 1) end++;
      ranges.append(Integer.toString(points.get(at) - last, 36)).append(' ').append(Integer.toString(end - at, 36)).append(' ');
      last = points.get(end);
      at = end + 1;
    }
    return ranges.toString().trim();
  }

  static String text(String value) {
    StringBuilder json = new StringBuilder("\"");
    for (char unit : value.toCharArray()) {
      if (unit == '"' || unit == '\\') json.append('\\').append(unit);
      else if (unit < 0x20 || unit > 0x7e) json.append(String.format("\\u%04x", (int) unit));
      else json.append(unit);
    }
    return json.append('"').toString();
  }
}
