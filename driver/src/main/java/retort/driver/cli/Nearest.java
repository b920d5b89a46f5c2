package retort.driver.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** What a mistyped word was meant to be. */
public final class Nearest {
    /** Of so many letters one may be wrong. */
    private static final int LETTERS_PER_MISTAKE = 3;

    private Nearest() {}

    /**
     * The candidate that begins with the word, or the one with the fewest letters to insert, drop, change or swap, if
     * those are few for a word so long.
     */
    public static Optional<String> to(String word, Collection<String> candidates) {
        String typed = word.toLowerCase(Locale.ROOT);
        Optional<String> longer = candidates.stream()
                .filter(candidate -> typed.length() >= LETTERS_PER_MISTAKE
                        && candidate.toLowerCase(Locale.ROOT).startsWith(typed))
                .findFirst();
        return longer.or(() -> candidates.stream()
                .filter(candidate -> distance(typed, candidate.toLowerCase(Locale.ROOT))
                        <= Math.max(typed.length(), candidate.length()) / LETTERS_PER_MISTAKE)
                .min(Comparator.comparingInt(candidate -> distance(typed, candidate.toLowerCase(Locale.ROOT)))));
    }

    /** The same as the end of a sentence, or empty: {@code ", did you mean epochs?"}. */
    public static String question(String word, Collection<String> candidates) {
        return to(word, candidates)
                .map(candidate -> ", did you mean " + candidate + "?")
                .orElse("");
    }

    /** Optimal string alignment. Source: Damerau 1964. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int changed = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(changed, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
