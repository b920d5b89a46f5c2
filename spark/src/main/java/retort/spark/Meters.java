package retort.spark;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.AccumulatorV2;
import org.apache.spark.util.LongAccumulator;

/**
 * What Spark's pages show of each stage and task while it runs. A task that is done again counts again: the files say
 * how many rows there are.
 */
record Meters(LongAccumulator images, LongAccumulator bad, Rate rate) implements Serializable {
    private static final long serialVersionUID = 1L;

    static Meters of(SparkContext context) {
        Rate rate = new Rate();
        context.register(rate, "retort: images/s of a task");
        return new Meters(context.longAccumulator("retort: images"), context.longAccumulator("retort: bad rows"), rate);
    }

    /** Images over the seconds that tasks took for them, decoding and writing too. */
    static final class Rate extends AccumulatorV2<Long, Double> {
        private static final long serialVersionUID = 1L;
        private static final double NANOS = 1e9;

        private long images;
        private long nanos;

        void add(long moreImages, long moreNanos) {
            images += moreImages;
            nanos += moreNanos;
        }

        @Override
        public boolean isZero() {
            return images == 0 && nanos == 0;
        }

        @Override
        public AccumulatorV2<Long, Double> copy() {
            Rate copy = new Rate();
            copy.add(images, nanos);
            return copy;
        }

        @Override
        public void reset() {
            images = 0;
            nanos = 0;
        }

        @Override
        public void add(Long moreImages) {
            images += moreImages;
        }

        @Override
        public void merge(AccumulatorV2<Long, Double> other) {
            Rate rate = (Rate) other;
            add(rate.images, rate.nanos);
        }

        @Override
        public Double value() {
            return nanos == 0 ? 0.0 : Math.rint(images * NANOS / nanos);
        }
    }
}
