import Dispatch
import Synchronization
import Tables

/// Puts blocks of bytes into a file in the order of their positions, whichever thread has them ready first.
///
/// A block that is early waits in memory. Only so many are taken and not yet written at a time; positions are handed out in
/// order, so the first one missing is always being made.
final class OrderedBlocks: Sendable {
    fileprivate struct State {
        let file: AtomicFile
        var nextTaken = 0
        var nextWritten = 0
        var early: [Int: [UInt8]] = [:]
        var isStopped = false
        var failure: TableError?
    }

    private let state: Mutex<State>
    private let room = DispatchSemaphore(value: 0)
    private let count: Int

    /// - Parameters:
    ///   - count: The number of blocks.
    ///   - room: The number of blocks in memory, at least 1.
    init(_ file: sending AtomicFile, count: Int, room: Int) {
        state = Mutex(State(file: file))
        self.count = count
        for _ in 0..<room { self.room.signal() }
    }

    /// The position of the next block to make, once there is room; nil when there is none left, or the work has stopped.
    func take() -> Int? {
        room.wait()
        let position = state.withLock { state -> Int? in
            guard state.nextTaken < count, !state.isStopped else { return nil }
            state.nextTaken += 1
            return state.nextTaken - 1
        }
        // The end concerns the next thread that waits as well.
        if position == nil { room.signal() }
        return position
    }

    /// Writes a block in its turn.
    func write(_ bytes: [UInt8], at position: Int) {
        let freed = state.withLock { $0.add(bytes, at: position) }
        for _ in 0..<freed { room.signal() }
    }

    /// Ends the work early.
    func stop() {
        state.withLock { $0.isStopped = true }
        room.signal()
    }

    /// Gives the file its name when all blocks are in it; removes it otherwise.
    ///
    /// - Returns: Whether it was finished.
    func finish() throws(TableError) -> Bool {
        try state.withLock { state throws(TableError) in
            if let failure = state.failure { throw failure }
            guard state.nextWritten == count else {
                state.file.discard()
                return false
            }
            try state.file.commit()
            return true
        }
    }
}

extension OrderedBlocks.State {
    /// Writes every block whose turn it is.
    ///
    /// - Returns: How many blocks make room for others; one after a failure, so that the end is noticed.
    fileprivate mutating func add(_ bytes: [UInt8], at position: Int) -> Int {
        guard !isStopped else { return 1 }
        early[position] = bytes
        let first = nextWritten
        while let next = early.removeValue(forKey: nextWritten) {
            do throws(TableError) {
                try file.append(next)
            } catch {
                failure = error
                isStopped = true
                return 1
            }
            nextWritten += 1
        }
        return nextWritten - first
    }
}
