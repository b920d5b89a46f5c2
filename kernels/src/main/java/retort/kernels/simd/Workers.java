package retort.kernels.simd;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed set of threads that share out numbered tasks. The caller takes its part too, so one thread means no other
 * thread. Which thread does a task is left to chance: results must depend on the task's number alone.
 *
 * <p>No worker spins: that costs whoever else needs the core more than the wake-up saves. The caller, which has work to go on
 * with, watches for the last task's end for a moment before it sleeps.
 */
final class Workers implements AutoCloseable {
    /** Work below this many flops, or bytes, is done by the caller: waking a worker costs about 10 us. */
    static final long WORTH_SHARING = 4_000_000;

    /** How long the caller watches: about a wake-up. Workers that watched too for the next call brought no more. */
    private static final long WATCH_NANOS = 20_000;

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

        void await() {
            long end = System.nanoTime() + WATCH_NANOS;
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
    private volatile Job current;
    private volatile boolean closed;

    /** @param count threads that compute, the caller among them */
    Workers(int count) {
        threads = new Thread[count - 1];
        for (int i = 0; i < threads.length; i++) {
            int worker = i + 1;
            threads[i] =
                    Thread.ofPlatform().daemon().name("retort-worker-" + worker).start(() -> serve(worker));
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
        job.await();
        current = null;
    }

    private void serve(int worker) {
        while (!closed) {
            Job job = current;
            if (job != null && job.next.get() < job.tasks) {
                job.work(worker);
            } else {
                LockSupport.park(this);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }
}
