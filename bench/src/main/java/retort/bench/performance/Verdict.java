package retort.bench.performance;

/** What became of a target. */
enum Verdict {
    MET_STRETCH("met stretch"),
    MET_HARD("met hard"),
    MISSED("missed"),
    /** Neither met nor missed: the rounds differ by too much. */
    NOISE("noise"),
    /** Neither met nor missed: there are too few rounds to know. */
    TOO_FEW_ROUNDS("too few rounds");

    private static final int FEWEST_ROUNDS = 3;

    private final String text;

    Verdict(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    static Verdict of(JobTargets.Target target, Spread ratio) {
        if (ratio.rounds() < FEWEST_ROUNDS) {
            return TOO_FEW_ROUNDS;
        }
        if (ratio.isNoise()) {
            return NOISE;
        }
        if (target.stretch() != null && ratio.median() >= target.stretch()) {
            return MET_STRETCH;
        }
        return ratio.median() >= target.hard() ? MET_HARD : MISSED;
    }
}
