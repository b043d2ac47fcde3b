import Foundation
import Scenarios
import Synchronization
import Tables

/// What became of a unit that was to be done.
public enum UnitOutcome: Sendable, Equatable {
    /// Draws were computed.
    case computed
    /// Nothing was left to compute.
    case alreadyDone
}

/// The work on a study: its units, one at a time or several at once, in any order, by any number of processes.
public final class StudyWork: Sendable {
    /// The plan.
    public var plan: StudyPlan { study.plan }
    private let study: OpenStudy
    /// The variant that was prepared last: the next unit is most often one of it.
    private let latest = Mutex<PreparedVariant?>(nil)

    /// Opens a study's folder, and goes to the folder in which the study was planned: paths of files start there.
    ///
    /// - Throws: ``BatchError``, or an error of the files that the study rests on.
    public init(in folder: StudyFolder) throws {
        study = try OpenStudy(in: folder)
        try study.enterDirectory()
        try study.checkInputs()
        for folder in [study.folder.units, study.folder.variants] { try StudyFolder.make(folder) }
    }

    /// Does a unit: computes those of its draws that are not kept yet and, when it is the last of its variant, summarises the
    /// variant and writes its tables.
    ///
    /// Doing a unit again, or in two processes at once, changes nothing.
    ///
    /// - Parameters:
    ///   - number: The unit's number.
    ///   - threads: The number of threads; results do not depend on it.
    ///   - cancellation: Set it to stop; finished blocks of draws are kept.
    ///   - note: Called with remarks for standard error, from any thread.
    ///   - progress: Called from any thread with the number of the unit's draws that are done, and of all.
    /// - Throws: ``BatchError``, or what went wrong, which the unit's ``UnitFailure`` then tells too.
    public func run(
        unit number: Int, threads: Int, cancellation: Cancellation = Cancellation(),
        note: @escaping @Sendable (String) -> Void = { _ in },
        progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws -> UnitOutcome {
        guard let unit = plan.unit(number) else {
            throw BatchError.noSuchUnit(number, count: plan.unitCount)
        }
        let variant = VariantWork(study: study, number: unit.variant)
        guard !variant.isWhole else { return finished(unit, variant) }
        let run = UnitRun(study: study, unit: unit, variant: variant, threads: threads, note: note)
        do {
            let outcome = try run.result(cancellation: cancellation, progress: progress) {
                try self.prepared(unit.variant)
            }
            unlink(study.folder.failed(number))
            return outcome
        } catch let error as BatchError where error.isStop {
            throw error
        } catch {
            // Another process may have finished the variant, and removed its draws, in the meantime.
            guard !variant.isWhole else { return finished(unit, variant) }
            recordFailure(of: unit, error)
            throw error
        }
    }

    private func finished(_ unit: WorkUnit, _ variant: VariantWork) -> UnitOutcome {
        unlink(study.folder.failed(unit.number))
        variant.removeDraws(unit: unit.number)
        return .alreadyDone
    }

    /// On a full disk this fails too; the first error is the one to tell.
    private func recordFailure(of unit: WorkUnit, _ error: any Error) {
        Self.recordFailure(of: [unit.number], of: plan, in: study.folder, error)
    }

    /// Tells why units that are not done could not be begun, such as a changed file; see ``UnitFailure``.
    public static func recordFailure(of units: [Int], of plan: StudyPlan, in folder: StudyFolder, _ error: any Error) {
        guard let state = try? StudyState(plan, in: folder) else { return }
        for unit in units where plan.unit(unit) != nil && state[unit].isToDo {
            let failure = UnitFailure(unit: unit, place: .here(), time: timestamp(), message: "\(error)")
            guard let json = try? canonicalJSON(failure) else { return }
            try? writeAtomically(json, to: folder.failed(unit))
        }
    }

    private func prepared(_ number: Int) throws -> PreparedVariant {
        if let latest = latest.withLock({ $0 }), latest.number == number { return latest }
        let prepared = try PreparedVariant(plan.variant(number), of: plan)
        latest.withLock { $0 = prepared }
        return prepared
    }
}
