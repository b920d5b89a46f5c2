package retort.driver.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlocksTest {
    private final List<Integer> read = new ArrayList<>();

    @Test
    void thoseUsedLastStay() {
        Blocks blocks = new Blocks(5, 3, 4, this::read);
        for (int block : new int[] {0, 1, 2, 0, 3, 0, 2, 1, 4, 2, 1}) {
            assertEquals(block, blocks.get(block)[3]);
        }
        assertEquals(List.of(0, 1, 2, 3, 1, 4), read);
    }

    @Test
    void allStayWhereAllHaveRoom() {
        Blocks blocks = new Blocks(2, 100, 4, this::read);
        for (int i = 0; i < 10; i++) {
            assertEquals(i % 2, blocks.get(i % 2)[0]);
        }
        assertEquals(List.of(0, 1), read);
    }

    @Test
    void oneThatCouldNotBeReadIsNotThere() {
        Blocks blocks = new Blocks(3, 2, 4, (block, to) -> {
            read(block, to);
            if (block == 2) {
                throw new IllegalStateException();
            }
        });
        blocks.get(0);
        blocks.get(1);
        assertThrows(IllegalStateException.class, () -> blocks.get(2));
        assertThrows(IllegalStateException.class, () -> blocks.get(2));
        assertEquals(1, blocks.get(1)[0]);
        assertEquals(0, blocks.get(0)[0]);
        assertEquals(List.of(0, 1, 2, 2, 0), read);
    }

    private void read(int block, byte[] to) {
        read.add(block);
        Arrays.fill(to, (byte) block);
    }
}
