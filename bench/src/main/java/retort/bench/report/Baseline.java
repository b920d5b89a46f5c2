package retort.bench.report;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;

/** An earlier {@code bench.json}, and what a run is beside it. */
public record Baseline(String file, BenchReport report) {
    static final String SLOWER = "slower";
    static final String FASTER = "faster";

    /** The quotient's interval holds 1. */
    static final String WITHIN_NOISE = "within noise";

    /** One of the two figures says nothing: its error is too large, or not known. */
    static final String NOISE = "noise";

    /** Another machine's figures say nothing of the program. */
    static final String NOT_JUDGED = "not judged";

    private static final String EXPECTED = ", expected the bench.json of an earlier run";

    /**
     * @throws BadBaselineException if it is not what a run of this or an earlier version wrote
     * @throws UncheckedIOException if it can't be read
     */
    public static Baseline read(Path file) {
        try {
            return parse(file.toString(), InputFile.text(file, "the bench.json of an earlier run"));
        } catch (IOException e) {
            throw FileReason.unreadable(file, e);
        }
    }

    static Baseline parse(String name, String json) {
        try {
            JsonElement root = JsonParser.parseString(json);
            checkKind(root, name);
            BenchReport report = new Gson().fromJson(root, BenchReport.class);
            if (!isWhole(report)) {
                throw new BadBaselineException(name + ": lacks parts of a report" + EXPECTED);
            }
            return new Baseline(name, report);
        } catch (JsonParseException e) {
            throw new BadBaselineException(name + ": is not the JSON that bench writes" + EXPECTED);
        }
    }

    private static void checkKind(JsonElement root, String name) {
        if (!root.isJsonObject() || !root.getAsJsonObject().has("peaks")) {
            throw new BadBaselineException(name + ": is no report of bench" + EXPECTED);
        }
        JsonObject object = root.getAsJsonObject();
        String version = String.valueOf(object.get("schemaVersion"));
        if (!version.matches("[1-9]\\d{0,5}") || Integer.parseInt(version) > BenchReport.SCHEMA_VERSION) {
            throw new BadBaselineException(
                    name + ": is of schema version " + version + ", expected 1 to " + BenchReport.SCHEMA_VERSION);
        }
    }

    private static boolean isWhole(BenchReport report) {
        BenchReport.Environment at = report.environment();
        return at != null
                && at.cpu() != null
                && at.engines() != null
                && report.results() != null
                && report.results().stream()
                        .allMatch(r -> r != null
                                && r.spec() != null
                                && r.engine() != null
                                && r.unit() != null
                                && r.score() > 0);
    }

    /**
     * @throws BadBaselineException if the machine is another, or what the engines make of it, so that a difference is
     *     not the program's alone
     */
    public void checkJudges(BenchReport.Environment now) {
        machine(now).stream().findFirst().ifPresent(d -> {
            throw new BadBaselineException(file + ": is of another machine or vector width: " + d.what() + " is "
                    + d.then() + ", expected " + d.now());
        });
    }

    /** What differs apart from results, the machine first. */
    public List<BenchReport.Difference> differences(BenchReport.Environment now, Set<Integer> threads) {
        BenchReport.Environment then = report.environment();
        List<BenchReport.Difference> all = new ArrayList<>(machine(now));
        add(all, "threads", counts(Tables.threads(report)), counts(threads));
        add(all, "schema version", report.schemaVersion(), BenchReport.SCHEMA_VERSION);
        add(all, "Java", then.java(), now.java());
        add(all, "flags", joined(then.flags()), joined(now.flags()));
        if (then.parameters() != null) {
            then.parameters()
                    .forEach((engine, file) -> add(
                            all,
                            engine + "'s parameters",
                            file,
                            now.parameters().get(engine)));
        }
        add(all, "quick", then.quick() ? "yes" : "no", now.quick() ? "yes" : "no");
        return all;
    }

    private List<BenchReport.Difference> machine(BenchReport.Environment now) {
        BenchReport.Environment then = report.environment();
        List<BenchReport.Difference> all = new ArrayList<>();
        add(all, "CPU", then.cpu(), now.cpu());
        add(all, "CPU's features", joined(then.features()), joined(now.features()));
        add(all, "processors", then.processors(), now.processors());
        add(all, "system", then.os(), now.os());
        then.engines()
                .forEach((engine, device) ->
                        add(all, engine, device, now.engines().get(engine)));
        return all;
    }

    /** Nothing where one of both does not say. */
    private static void add(List<BenchReport.Difference> all, String what, Object then, Object now) {
        if (then != null && now != null && !then.equals(now)) {
            all.add(new BenchReport.Difference(what, then.toString(), now.toString()));
        }
    }

    private static String joined(List<String> words) {
        return words == null || words.isEmpty() ? null : String.join(" ", words);
    }

    private static String counts(Set<Integer> threads) {
        return new TreeSet<>(threads).stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    /** A run with what this report is beside it. */
    public BenchReport beside(BenchReport now) {
        boolean judged = machine(now.environment()).isEmpty();
        List<Double> peers = now.results().stream()
                .filter(r -> !Results.isOurs(r.engine()) && isSound(r))
                .flatMap(r ->
                        earlier(r).filter(Baseline::isSound).map(then -> Math.log(r.score() / then.score())).stream())
                .toList();
        double drift =
                Math.sqrt(peers.stream().mapToDouble(p -> p * p).average().orElse(0));
        List<BenchReport.Result> ours =
                now.results().stream().filter(r -> Results.isOurs(r.engine())).toList();
        List<BenchReport.Change> changes = ours.stream()
                .flatMap(r -> earlier(r).map(then -> change(then, r, drift, judged)).stream())
                .toList();
        return now.with(new BenchReport.Comparison(
                file,
                report.environment().commit(),
                report.environment().time(),
                judged,
                differences(now.environment(), Tables.threads(now)),
                peers.isEmpty()
                        ? null
                        : Math.exp(peers.stream()
                                .mapToDouble(Double::doubleValue)
                                .average()
                                .orElseThrow()),
                drift,
                changes,
                ours.size() - changes.size()));
    }

    /** Not the file's own word: an older one has none. */
    private static boolean isSound(BenchReport.Result r) {
        return r.error() != null && !Results.isNoise(r.score(), r.error());
    }

    private Optional<BenchReport.Result> earlier(BenchReport.Result now) {
        return report.results().stream()
                .filter(then -> then.spec().equals(now.spec())
                        && then.engine().equals(now.engine())
                        && then.threads() == now.threads()
                        && then.unit().equals(now.unit()))
                .findFirst();
    }

    private static BenchReport.Change change(
            BenchReport.Result then, BenchReport.Result now, double drift, boolean judged) {
        double quotient = now.score() / then.score();
        Double own = Ratio.error(quotient, now, then);
        Double error = own == null ? null : Math.hypot(own, quotient * drift);
        String verdict;
        if (!judged) {
            verdict = NOT_JUDGED;
        } else if (!isSound(now) || !isSound(then)) {
            verdict = NOISE;
        } else if (quotient + error < 1) {
            verdict = SLOWER;
        } else {
            verdict = quotient - error > 1 ? FASTER : WITHIN_NOISE;
        }
        return new BenchReport.Change(
                now.spec(),
                now.engine(),
                now.threads(),
                then.score(),
                now.score(),
                now.unit(),
                quotient,
                error,
                verdict);
    }
}
