package retort.driver.data;

import java.util.Arrays;

/** Blocks of a file, of which those used last stay in memory. */
final class Blocks {
    private static final int NONE = -1;

    /** Reads a block. */
    @FunctionalInterface
    interface Reading {
        void read(int block, byte[] to);
    }

    private final int blockBytes;
    private final Reading reading;

    /** Where each block is in memory, or {@link #NONE}. */
    private final int[] placeOf;

    private final byte[][] places;
    private final int[] blockAt;
    private final long[] lastUse;
    private long uses;

    /**
     * @param blocks there are
     * @param most of them in memory
     */
    Blocks(int blocks, int most, int blockBytes, Reading reading) {
        this.blockBytes = blockBytes;
        this.reading = reading;
        this.placeOf = new int[blocks];
        this.places = new byte[Math.min(blocks, most)][];
        this.blockAt = new int[places.length];
        this.lastUse = new long[places.length];
        Arrays.fill(placeOf, NONE);
        Arrays.fill(blockAt, NONE);
    }

    /** A block's bytes, until the next is asked for. */
    byte[] get(int block) {
        if (placeOf[block] == NONE) {
            load(block);
        }
        int place = placeOf[block];
        lastUse[place] = ++uses;
        return places[place];
    }

    private void load(int block) {
        int place = leastUsed();
        if (blockAt[place] != NONE) {
            placeOf[blockAt[place]] = NONE;
            blockAt[place] = NONE;
        }
        if (places[place] == null) {
            places[place] = new byte[blockBytes];
        }
        reading.read(block, places[place]);
        blockAt[place] = block;
        placeOf[block] = place;
    }

    /** The place that was used longest ago, or never. */
    private int leastUsed() {
        int least = 0;
        for (int place = 1; place < lastUse.length; place++) {
            least = lastUse[place] < lastUse[least] ? place : least;
        }
        return least;
    }
}
