package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;

/**
 * Rows of few channels read as fewer and longer lines: {@code copies} rows side by side, whole vectors of them, so that
 * a loop over a line is long and sums in every place of it are apart. Bands of lines, which do not depend on the number
 * of threads, are what a task does.
 *
 * @param rest elements behind the last whole line, less than a line; the last band's
 * @param bandLines whole lines of every band but the last, which may have fewer
 */
record ChannelLines(int channels, int copies, int lines, int rest, int bandLines) {
    /** A shorter line is made longer. */
    private static final int LEAST_WIDTH = 32 * LANES;

    /** Elements of a band, about. */
    private static final int BAND = 1 << 15;

    private static final int LEAST_LINES = 128;

    /** What is added up line by line is not more than this many numbers. */
    private static final int MOST_LINES = 256;

    static ChannelLines of(int rows, int channels) {
        // The least that makes whole vectors, of which LANES, a power of two, is a divisor.
        int copies = LANES / Math.min(Integer.lowestOneBit(channels), LANES);
        while (copies * channels < LEAST_WIDTH) {
            copies *= 2;
        }
        copies = copies > rows ? 1 : copies;
        int width = copies * channels;
        return new ChannelLines(
                channels,
                copies,
                rows / copies,
                rows % copies * channels,
                Math.clamp(BAND / width, LEAST_LINES, MOST_LINES));
    }

    int width() {
        return copies * channels;
    }

    int bands() {
        return Math.ceilDiv(lines, bandLines);
    }

    /** The first whole line of a band. */
    int first(int band) {
        return band * bandLines;
    }

    /** The line behind a band's last whole one. */
    int end(int band) {
        return Math.min(lines, first(band) + bandLines);
    }

    /** Elements behind a band's whole lines that are its too. */
    int rest(int band) {
        return band == bands() - 1 ? rest : 0;
    }

    /** What all bands have of the channels. */
    interface Copy {
        /**
         * @param at place of the first channel among the lines that there is one of for each band
         * @param rows that the copy's numbers are of; 0 for none
         */
        void at(int at, int rows);
    }

    /** Every copy of every band's line, in order. */
    void forEachCopy(Copy body) {
        for (int band = 0; band < bands(); band++) {
            for (int from = 0; from < width(); from += channels) {
                body.at(band * width() + from, end(band) - first(band) + (from < rest(band) ? 1 : 0));
            }
        }
    }

    /** Repeats a line's first {@code channels} elements to its end. */
    void repeat(float[] line) {
        for (int at = channels; at < width(); at += channels) {
            System.arraycopy(line, 0, line, at, channels);
        }
    }
}
