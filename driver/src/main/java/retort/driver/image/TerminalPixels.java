package retort.driver.image;

/** How a terminal shows levels of grey, 0 to 1, by characters: each stands for two pixels, one above the other. */
public enum TerminalPixels {
    /** Half blocks, in the greys that terminals of 256 colours have. */
    BLOCKS('\u2588') {
        @Override
        public String line(float[] upper, float[] lower) {
            StringBuilder line = new StringBuilder();
            for (int x = 0; x < upper.length; x++) {
                line.append("\u001B[38;5;%d;48;5;%dm\u2580".formatted(grey(upper[x]), grey(lower[x])));
            }
            return line + "\u001B[0m";
        }
    },
    /** Letters that everything can show, as full as both pixels in the mean. */
    LETTERS('#') {
        @Override
        public String line(float[] upper, float[] lower) {
            StringBuilder line = new StringBuilder();
            for (int x = 0; x < upper.length; x++) {
                line.append(SHADES.charAt(Math.round((upper[x] + lower[x]) / 2 * (SHADES.length() - 1))));
            }
            return line.toString();
        }
    };

    private static final String SHADES = " .:-=+*#%@";

    private static final int BLACK = 16;

    /** The levels of grey that terminals of 256 colours have begin here, after black. */
    private static final int FIRST_GREY = 232;

    private static final int GREYS = 24;

    private final char bar;

    TerminalPixels(char bar) {
        this.bar = bar;
    }

    /** Two rows of pixels, of the same length. */
    public abstract String line(float[] upper, float[] lower);

    /** A bar of so many characters. */
    public String bar(int length) {
        return String.valueOf(bar).repeat(length);
    }

    private static int grey(float level) {
        int step = Math.round(level * GREYS);
        return step == 0 ? BLACK : FIRST_GREY + step - 1;
    }
}
