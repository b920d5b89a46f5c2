import java.nio.file.Path;
import java.util.Arrays;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.store.LogitsFile;

/** Whether two files or folders of logits of MNIST's training images hold the same bits: for .ci/cluster. */
void main(String[] paths) {
    ImageSet images = Dataset.embedded().train();
    float[] first = LogitsFile.read(Path.of(paths[0]), images).logits().values();
    float[] second = LogitsFile.read(Path.of(paths[1]), images).logits().values();
    long differing = 0;
    for (int i = 0; i < first.length; i++) {
        differing += Float.floatToRawIntBits(first[i]) == Float.floatToRawIntBits(second[i]) ? 0 : 1;
    }
    System.out.printf("%,d images, each once; %,d of %,d floats differ%n", images.size(), differing, first.length);
    if (!Arrays.equals(first, second)) {
        System.exit(1);
    }
}
