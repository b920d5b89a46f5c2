package retort.driver.statistics;

import java.util.Base64;
import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * Which of some images a model named wrong: what two models are held against each other by, image for image.
 *
 * @param bits in Base64, image i in bit i % 8 of byte i / 8; zeros at the end are left out
 */
public record ErrorSet(int images, String bits) {
    /** @throws IllegalArgumentException if that can't be an error set */
    public ErrorSet {
        if (images < 0 || decoded(bits).length() > images) {
            throw new IllegalArgumentException("errors of images that are not among " + images);
        }
    }

    /** @param isWrong of an image, by its index */
    public static ErrorSet of(int images, IntPredicate isWrong) {
        BitSet wrong = new BitSet(images);
        for (int i = 0; i < images; i++) {
            wrong.set(i, isWrong.test(i));
        }
        return new ErrorSet(images, Base64.getEncoder().encodeToString(wrong.toByteArray()));
    }

    /** The images that were named wrong. */
    public BitSet wrong() {
        return decoded(bits);
    }

    /** How many they are. */
    public int errors() {
        return wrong().cardinality();
    }

    private static BitSet decoded(String bits) {
        return BitSet.valueOf(Base64.getDecoder().decode(bits));
    }
}
