import Foundation
import Tables

/// Puts blocks of bytes into a file in the order of their positions, whichever thread has them ready first.
///
/// A thread waits until the blocks before its own are written. Positions are handed out in order, so the thread with the
/// first one never waits, and there are never more blocks in memory than threads.
///
/// `@unchecked`: the condition's lock guards everything that moves.
final class OrderedBlocks: @unchecked Sendable {
    private let condition = NSCondition()
    private let file: AtomicFile
    private let count: Int
    private var nextTaken = 0
    private var nextWritten = 0
    private var isStopped = false
    private var failure: TableError?

    init(_ file: AtomicFile, count: Int) {
        self.file = file
        self.count = count
    }

    /// The position of the next block to make; nil when there is none left, or the work has stopped.
    func take() -> Int? {
        condition.withLock {
            guard nextTaken < count, !isStopped else { return nil }
            nextTaken += 1
            return nextTaken - 1
        }
    }

    /// Writes a block in its turn.
    func write(_ bytes: [UInt8], at position: Int) {
        condition.withLock {
            while nextWritten < position, !isStopped { condition.wait() }
            guard !isStopped else { return }
            do throws(TableError) {
                try file.append(bytes)
                nextWritten += 1
            } catch {
                failure = error
                isStopped = true
            }
            condition.broadcast()
        }
    }

    /// Ends the work early.
    func stop() {
        condition.withLock {
            isStopped = true
            condition.broadcast()
        }
    }

    /// Gives the file its name when all blocks are in it; removes it otherwise.
    ///
    /// - Returns: Whether it was finished.
    func finish() throws(TableError) -> Bool {
        if let failure { throw failure }
        guard nextWritten == count else {
            file.discard()
            return false
        }
        try file.commit()
        return true
    }
}
