package retort.driver.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadlineTest {
    @ParameterizedTest
    @CsvSource({
        "0, none of them",
        "3, 0.3 % of them",
        "60, 1 of 10",
        "905, 9 of 10",
        "996, 99.6 % of them",
        "1000, all of them"
    })
    void saysHowManyAsPeopleDo(int right, String words) {
        Headline headline = Headline.of(SampleReport.of(List.of(student("s", "soft", 8070, Set.of(3), right))));
        String sentence = String.format("A student that never saw a 3 gets %s right (%,d of 1,000).", words, right);
        assertEquals(sentence, headline.sentence());
    }

    @Test
    void namesWhatWasOmitted() {
        Headline two = Headline.of(SampleReport.of(List.of(student("s", "soft", 8070, Set.of(7, 8), 800))));
        assertEquals("A student that never saw a 7 or an 8 gets 8 of 10 right (1,600 of 2,000).", two.sentence());
        Headline eight = Headline.of(SampleReport.of(List.of(student("s", "soft", 8070, Set.of(8), 800))));
        assertEquals("A student that never saw an 8 gets 8 of 10 right (800 of 1,000).", eight.sentence());
    }

    @Test
    void tellsOfTheStudentThatLearnedMostAndOfItsEqualOnTrueLabels() {
        Headline headline = Headline.of(SampleReport.of(List.of(
                student("small", "soft", 8070, Set.of(3), 100),
                student("wide", "soft", 1_276_810, Set.of(3), 900),
                student("small on labels", "hard", 8070, Set.of(3), 50),
                student("wide on labels", "hard", 1_276_810, Set.of(3), 20))));
        assertEquals("A student that never saw a 3 gets 9 of 10 right (900 of 1,000).", headline.sentence());
        assertEquals(
                List.of(
                        "wide: as its training left it.",
                        "wide on labels, the same network on true labels: 2.0 % of them."),
                headline.details());
    }

    @Test
    void whereNothingIsOmittedItTellsOfAll() {
        Headline headline = Headline.of(SampleReport.of(List.of(student("s", "hard", 8070, Set.of(), 500))));
        assertEquals("The student names 5,000 of 10,000 test images right (50.00 %).", headline.sentence());
        assertEquals(List.of(), headline.details());
    }

    /** Of each digit 1,000 images, of which so many are named right. */
    private static Report.Student student(
            String name, String labels, long parameters, Set<Integer> omitted, int right) {
        int[][] confusion = new int[10][10];
        Double[] recall = new Double[10];
        for (int c = 0; c < 10; c++) {
            confusion[c][c] = right;
            confusion[c][(c + 1) % 10] = 1000 - right;
        }
        Arrays.fill(recall, right / 1000.0);
        Report.Test test = new Report.Test(
                10_000, 10_000 - 10 * right, right / 1000.0, recall, confusion, 0.1, 0.01, List.of(), null);
        return new Report.Student(
                name,
                labels,
                "soft-targets",
                0f,
                omitted,
                20,
                parameters,
                100,
                1,
                null,
                null,
                List.of(),
                List.of(),
                test,
                null,
                null);
    }
}
