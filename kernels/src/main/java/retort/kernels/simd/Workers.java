package retort.kernels.simd;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import retort.kernels.BackendException;

/**
 * A fixed set of threads that share out numbered tasks. The caller takes its part too, so one thread means no other
 * thread. Which thread does a task is left to chance: results must depend on the task's number alone.
 *
 * <p>Who has nothing to do watches for a moment before it sleeps, workers for the next call and the caller for the last
 * task's end: operations follow one another closely, and some take no longer than a thread takes to wake up. More
 * threads than processors sleep at once: who watches would keep others from working.
 */
final class Workers implements AutoCloseable {
    /** Work below this many flops, or bytes, is done by the caller: waking a worker costs about 10 us. */
    static final long WORTH_SHARING = 4_000_000;

    /** How long a thread watches: what it takes to wake one up where that takes long. */
    private static final long WATCH_NANOS = 100_000;

    /** Elements a task: a multiple of every vector's length and of dropout's four words. */
    private static final int CHUNK = 1 << 15;

    /** One numbered piece of work. */
    interface Task {
        /**
         * @param number of the task
         * @param worker which of the threads does it, for scratch memory
         */
        void run(int number, int worker);
    }

    /** One call of {@link #forEach}: tasks are claimed by counting up, and the last one done wakes the caller. */
    private static final class Job {
        private final int tasks;
        private final Task body;
        private final Thread caller = Thread.currentThread();
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Job(int tasks, Task body) {
            this.tasks = tasks;
            this.body = body;
        }

        void work(int worker) {
            for (int number = next.getAndIncrement(); number < tasks; number = next.getAndIncrement()) {
                try {
                    body.run(number, worker);
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                }
                if (done.incrementAndGet() == tasks) {
                    LockSupport.unpark(caller);
                }
            }
        }

        boolean hasTasks() {
            return next.get() < tasks;
        }

        void await(long watch) {
            long end = System.nanoTime() + watch;
            while (done.get() < tasks) {
                if (System.nanoTime() - end < 0) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            switch (failure.get()) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException(e);
            }
        }
    }

    private final Thread[] threads;
    private final long watch;
    private volatile Job current;
    private volatile boolean closed;

    /** @param count threads that compute, the caller among them */
    Workers(int count) {
        threads = new Thread[count - 1];
        watch = count <= Runtime.getRuntime().availableProcessors() ? WATCH_NANOS : 0;
        for (int i = 0; i < threads.length; i++) {
            int worker = i + 1;
            threads[i] =
                    Thread.ofPlatform().daemon().name("retort-worker-" + worker).unstarted(() -> serve(worker));
        }
        start();
    }

    private void start() {
        int started = 0;
        try {
            for (Thread thread : threads) {
                thread.start();
                started++;
            }
        } catch (OutOfMemoryError e) {
            close();
            throw new BackendException(
                    "cpu-simd: of " + count() + " threads the system gave " + (started + 1) + ", ask for fewer", e);
        }
    }

    int count() {
        return threads.length + 1;
    }

    /** Runs tasks 0 .. tasks - 1, on all threads if {@code work} (flops or bytes, whichever is more) is worth it. */
    void forEach(int tasks, long work, Task body) {
        if (threads.length == 0 || tasks == 1 || work < WORTH_SHARING) {
            for (int number = 0; number < tasks; number++) {
                body.run(number, 0);
            }
            return;
        }
        Job job = new Job(tasks, body);
        current = job;
        for (int i = 0; i < Math.min(threads.length, tasks - 1); i++) {
            LockSupport.unpark(threads[i]);
        }
        job.work(0);
        job.await(watch);
        current = null;
    }

    /** That call of {@link #forEach}, to be made as often as one likes. */
    Runnable prepare(int tasks, long work, Task body) {
        return () -> forEach(tasks, work, body);
    }

    /** Elements from .. to of an operation, by one thread. */
    interface Range {
        void run(int from, int to);
    }

    /** Elements in chunks. */
    Runnable prepareChunks(int count, long work, Range body) {
        return inShares(count, CHUNK, work, body);
    }

    /** Rows in shares of about a chunk of elements. */
    Runnable prepareRows(int rows, int columns, long work, Range body) {
        return inShares(rows, Math.max(1, CHUNK / columns), work, body);
    }

    private Runnable inShares(int count, int share, long work, Range body) {
        Task task = (number, worker) -> {
            int from = number * share;
            body.run(from, from + Math.min(share, count - from));
        };
        return prepare(Math.ceilDiv(count, share), work, task);
    }

    private void serve(int worker) {
        for (Job job = next(); job != null; job = next()) {
            job.work(worker);
        }
    }

    /** The next call with tasks left, or null when closed. */
    private Job next() {
        long end = System.nanoTime() + watch;
        while (!closed) {
            Job job = current;
            if (job != null && job.hasTasks()) {
                return job;
            }
            if (System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        return null;
    }

    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }
}
