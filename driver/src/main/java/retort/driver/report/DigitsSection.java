package retort.driver.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.page.Block;
import retort.driver.page.Html;
import retort.driver.page.Picture;

/** Images of the set: what the teacher says of some, and which of those that it never saw a student names right. */
record DigitsSection(Report report, Dataset data) {
    private static final int MOST_BARS = 20;

    /** What the teacher says. */
    List<Block> softLabels() {
        Report.SoftLabels labels = report.softLabels();
        if (labels == null || labels.digits().isEmpty()) {
            return List.of();
        }
        Set<Integer> omitted = omitted();
        List<Block> cards = labels.digits().stream()
                .map(digit -> (Block) html -> card(digit, omitted, html))
                .toList();
        String other = omitted.isEmpty() ? "another class" : Headline.classes(omitted, report);
        return List.of(
                Block.text("Training images that the teacher names right, and in which it still sees something of "
                        + other + ". This is all that a student learns of what it is never shown: the higher the "
                        + "temperature T of softmax(logits / T), the more of it stands in the labels."),
                html -> {
                    html.open("div", "class", "cards");
                    cards.forEach(card -> card.write(html));
                    html.close();
                });
    }

    private Set<Integer> omitted() {
        return report.students() == null
                ? Set.of()
                : report.students().stream()
                        .map(Report.Student::omitted)
                        .filter(classes -> !classes.isEmpty())
                        .findFirst()
                        .orElse(Set.of());
    }

    private void card(Report.Digit digit, Set<Integer> omitted, Html html) {
        html.open("figure", "class", "card");
        String name = Headline.classes(Set.of(digit.label()), report);
        html.open("figcaption");
        picture(data.train(), digit.image(), name).write(html);
        html.element("span", "Training image " + String.format(Locale.ROOT, "%,d", digit.image()) + ", " + name);
        html.close();
        html.open("table", "class", "bars").open("thead").open("tr").element("th", "");
        for (float temperature : report.softLabels().temperatures()) {
            html.element("th", "T = " + temperature(temperature), "scope", "col");
        }
        html.close().close().open("tbody");
        for (int c : shown(digit, omitted)) {
            html.open("tr", "class", omitted.contains(c) ? "marked" : "");
            html.element("th", report.className(c), "scope", "row");
            for (double[] probabilities : digit.probabilities()) {
                double p = probabilities[c];
                html.open("td", "style", String.format(Locale.ROOT, "--v:%.4f", p));
                html.element("span", percent(p)).close();
            }
            html.close();
        }
        html.close().close().close();
    }

    /** All classes; of many those that are omitted, the image's own, and those that the teacher sees most of. */
    private static List<Integer> shown(Report.Digit digit, Set<Integer> omitted) {
        double[] softest = digit.probabilities().getLast();
        List<Integer> likely = IntStream.range(0, softest.length)
                .boxed()
                .sorted(Comparator.comparing(c -> -softest[c]))
                .toList();
        return likely.stream()
                .filter(c -> softest.length <= MOST_BARS
                        || omitted.contains(c)
                        || c == digit.label()
                        || likely.indexOf(c) < MOST_BARS)
                .sorted()
                .toList();
    }

    private static String percent(double p) {
        return p < 0.0005 ? "" : String.format(Locale.ROOT, p < 0.0995 ? "%.1f %%" : "%.0f %%", 100 * p);
    }

    static String temperature(float t) {
        return t == Math.rint(t) ? Integer.toString((int) t) : Float.toString(t);
    }

    /** Of the student that learned most of what it never saw. */
    List<Block> unseen() {
        Optional<Finding> finding = Finding.of(report);
        if (finding.isEmpty() || finding.get().student().unseen() == null) {
            return List.of();
        }
        List<Report.Sample> samples = finding.get().student().unseen();
        List<Block> blocks = new ArrayList<>();
        String name = Headline.classes(finding.get().omitted(), report);
        blocks.add(Block.text("The first test images of " + name + " that "
                + finding.get().student().name()
                + ", which never saw one, names right, with its confidence, and the first that it names "
                + "wrong."));
        gallery(
                "Right",
                samples.stream().filter(s -> s.label() == s.predicted()).toList(),
                blocks);
        gallery(
                "Wrong",
                samples.stream().filter(s -> s.label() != s.predicted()).toList(),
                blocks);
        return blocks;
    }

    private void gallery(String caption, List<Report.Sample> samples, List<Block> blocks) {
        if (samples.isEmpty()) {
            return;
        }
        blocks.add(html -> {
            html.open("figure", "class", "gallery")
                    .element("figcaption", caption)
                    .open("ul");
            for (Report.Sample sample : samples) {
                boolean right = sample.label() == sample.predicted();
                String said = "as " + Headline.classes(Set.of(sample.predicted()), report);
                html.open("li", "title", "test image " + sample.image());
                picture(data.test(), sample.image(), Headline.classes(Set.of(sample.label()), report))
                        .write(html);
                html.element("span", right ? String.format(Locale.ROOT, "%.0f %%", 100 * sample.confidence()) : said);
                html.close();
            }
            html.close().close();
        });
    }

    private static Picture picture(ImageSet images, int image, String description) {
        float[] pixels = new float[images.pixels()];
        images.copyScaled(image, pixels, 0);
        return new Picture(images.width(), images.height(), images.channels(), pixels, description);
    }
}
