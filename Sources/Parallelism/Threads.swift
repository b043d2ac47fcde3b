import Dispatch
import Synchronization

/// How many threads numerical work may use; results never depend on it.
public enum Threads {
    private static let limit = Atomic<Int>(0)

    /// The number of threads; 0 stands for all cores.
    public static func use(_ count: Int) { limit.store(max(0, count), ordering: .relaxed) }

    /// Runs `body` for every index below `count`, each on one of the threads, and waits for all.
    ///
    /// The body must write to places that no other index touches; that alone makes the result independent of threads.
    public static func forEach(_ count: Int, _ body: (Int) -> Void) {
        let limit = limit.load(ordering: .relaxed)
        guard limit != 1, count > 1 else {
            for index in 0..<count { body(index) }
            return
        }
        withoutActuallyEscaping(body) { body in
            // The caller promises that no two indices touch the same place; the compiler cannot see it.
            nonisolated(unsafe) let body = body
            let next = Atomic<Int>(0)
            DispatchQueue.concurrentPerform(iterations: limit > 1 ? min(limit, count) : count) { iteration in
                guard limit > 1 else { return body(iteration) }
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    guard index < count else { return }
                    body(index)
                }
            }
        }
    }
}
