import Dispatch
import Foundation
import Synchronization
import Tables

/// The signs of life that a process gives while it works on a unit: its ``UnitClaim``, written again and again until it ends.
final class UnitSigns: Sendable {
    private let path: String
    private let unit: WorkUnit
    private let draws: Int
    private let place = WorkPlace.here()
    private let started = timestamp()
    private let done = Atomic<Int>(0)
    private let hasEnded = Mutex(false)
    private let queue = DispatchQueue(label: "signs of life")
    /// Unchecked: it is set up here and cancelled once, which a source allows from any thread.
    nonisolated(unsafe) private let timer: any DispatchSourceTimer

    /// Gives the first sign.
    ///
    /// - Throws: ``Tables/TableError/unwritable(file:reason:)``.
    init(of unit: WorkUnit, draws: Int, in folder: StudyFolder, interval: Double = UnitClaim.interval) throws {
        path = folder.running(unit.number)
        (self.unit, self.draws) = (unit, draws)
        timer = DispatchSource.makeTimerSource(queue: queue)
        // Running before anything is thrown: Dispatch ends a program that releases a timer which never ran.
        timer.schedule(deadline: .now() + interval, repeating: interval)
        timer.setEventHandler { [weak self] in self?.writeUnlessEnded() }
        timer.resume()
        try write()
    }

    deinit { end() }

    /// Says how many draws are done; written with the next sign.
    func progress(_ draws: Int) { done.store(draws, ordering: .relaxed) }

    /// Removes the claim, unless another process has written its own over it.
    func end() {
        let isFirst = hasEnded.withLock { hasEnded in
            defer { hasEnded = true }
            return !hasEnded
        }
        guard isFirst else { return }
        timer.cancel()
        if let claim: UnitClaim = StudyFolder.read(path), claim.place != place { return }
        unlink(path)
    }

    /// A sign that cannot be written is none: the work goes on.
    private func writeUnlessEnded() {
        hasEnded.withLock { hasEnded in
            if !hasEnded { try? write() }
        }
    }

    private func write() throws {
        let claim = UnitClaim(
            unit: unit.number, place: place, started: started, done: done.load(ordering: .relaxed), draws: draws)
        try writeAtomically(try canonicalJSON(claim), to: path)
    }
}
