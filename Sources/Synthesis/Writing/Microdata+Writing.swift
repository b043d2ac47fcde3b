import Dispatch
import Synchronization
import Tables

extension Microdata {
    /// Rows of a block. Files do not depend on it.
    static let usualBlockRows = 16_384

    /// Writes the microdata as CSV: UTF-8, commas, decimal points, line feeds.
    ///
    /// The file appears under its name when it is whole. Memory does not grow with the rows, and the bytes do not depend on
    /// the number of threads.
    ///
    /// - Parameters:
    ///   - path: The file; an existing one is replaced.
    ///   - threads: The number of threads, at least 1.
    ///   - isCancelled: Asked between blocks; once it is true, nothing is written.
    ///   - progress: Called from any thread with the number of rows done.
    /// - Throws: ``Tables/TableError/unwritable(file:reason:)`` or ``SynthesisError/cancelled``.
    public func write(
        to path: String, threads: Int, isCancelled: @escaping @Sendable () -> Bool = { false },
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws {
        try write(
            to: path, threads: threads, blockRows: Self.usualBlockRows, isCancelled: isCancelled, progress: progress)
    }

    func write(
        to path: String, threads: Int, blockRows: Int, isCancelled: @escaping @Sendable () -> Bool = { false },
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws {
        let file = try AtomicFile(path)
        try file.append(text.header)
        let pupilsPerBlock = max(1, blockRows / truth.moments.count)
        let workers = max(1, threads)
        let blocks = OrderedBlocks(
            file, count: (pupilCount + pupilsPerBlock - 1) / pupilsPerBlock, room: 2 * workers)
        let done = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            var usualSize = 0
            while let block = blocks.take() {
                let pupils = block * pupilsPerBlock..<min(pupilCount, (block + 1) * pupilsPerBlock)
                var rows = RowBytes(capacity: usualSize)
                write(pupils: pupils, to: &rows)
                usualSize = rows.bytes.count
                if isCancelled() { return blocks.stop() }
                blocks.write(rows.bytes, at: block)
                let count =
                    min(rowCount, pupils.upperBound * truth.moments.count) - pupils.lowerBound * truth.moments.count
                progress(done.wrappingAdd(count, ordering: .relaxed).newValue)
            }
        }
        guard try blocks.finish() else { throw SynthesisError.cancelled }
    }
}
