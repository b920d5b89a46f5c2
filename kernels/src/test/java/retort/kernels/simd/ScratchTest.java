package retort.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ScratchTest {
    private final Scratch scratch = new Scratch(float[]::new);

    @Test
    void growsToTheMostThatWasAskedFor() {
        float[] array = scratch.take(Scratch.Use.LEFT, 100);
        assertSame(array, scratch.take(Scratch.Use.LEFT, 60));
        assertEquals(200, scratch.take(Scratch.Use.LEFT, 200).length);
    }

    /** One panel of a B with so many rows: as an int its size would be below 0, and the array of before be taken. */
    @Test
    void moreThanAnArrayHoldsIsRefused() {
        scratch.take(Scratch.Use.RIGHT, 100);
        long size = Packing.panelsSize(1, 1 << 28);
        assertEquals((long) Blocking.NR * ((1 << 28) + 1), size);
        String message = assertThrows(IllegalArgumentException.class, () -> scratch.take(Scratch.Use.RIGHT, size))
                .getMessage();
        assertTrue(message.contains(size + " elements, more than an array holds"), message);
    }

    @Test
    void isUsableAfterTheHeapWasFull() {
        boolean[] full = {true};
        Scratch small = new Scratch(length -> {
            if (full[0]) {
                throw new OutOfMemoryError("of a test");
            }
            return new float[length];
        });
        assertThrows(OutOfMemoryError.class, () -> small.take(Scratch.Use.TILE, 10));
        full[0] = false;
        assertEquals(10, small.take(Scratch.Use.TILE, 10).length);
    }
}
