package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SpreadTest {
    /** Squared distances from 5: 9, 1, 1, 1, 0, 0, 4, 16 make 32; over 7. */
    @Test
    void isOfASample() {
        Spread spread = Spread.of(2, 4, 4, 4, 5, 5, 7, 9);
        assertEquals(5, spread.mean());
        assertEquals(Math.sqrt(32.0 / 7), spread.sd(), 1e-15);
    }

    @Test
    void ofOneNumberIsNone() {
        assertEquals(new Spread(3, null), Spread.of(3));
    }
}
