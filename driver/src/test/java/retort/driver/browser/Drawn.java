package retort.driver.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

/** What must hold for every page that this program makes. */
public final class Drawn {
    private static final String UNDRAWN = """
            Array.from(document.querySelectorAll('figure.chart')).filter(figure => {
              const svg = figure.querySelector('.drawing svg');
              const box = svg && svg.getBoundingClientRect();
              return !box || box.width < 200 || box.height < 100 || svg.querySelectorAll('path').length < 3;
            }).map(figure => figure.querySelector('figcaption').textContent).join('; ')""";

    private Drawn() {}

    /** No complaint on the console, every one of so many charts drawn, and nothing wider than the window. */
    public static void check(Tab tab, int charts) {
        tab.await("document.readyState === 'complete'");
        assertEquals(
                charts,
                tab.evaluate("document.querySelectorAll('figure.chart').length").getAsInt());
        assertEquals("", tab.evaluate(UNDRAWN).getAsString(), "charts that are not drawn");
        int over = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                .getAsInt();
        assertTrue(over <= 0, "the page is " + over + " pixels wider than the window");
        assertEquals(List.of(), tab.complaints());
    }
}
