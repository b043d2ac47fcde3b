import ArgumentParser
import Funding
import Glibc
import Models
import Runs
import Scenarios
import Specifications
import Synthesis
import Tables

/// From an error to its message and its exit code.
enum Failure {
    /// Wrong usage or input.
    static let badInput: Int32 = 2
    /// The run failed for a reason outside its input.
    static let failed: Int32 = 1
    /// Stopped by the user, as shells count an interrupt.
    static let interrupted: Int32 = 130

    /// Prints an error and returns the exit code that goes with it.
    static func report(_ error: any Error) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        guard let message = message(of: error) else { return reportUsage(error) }
        Terminal.note("herstel: error: " + message)
        return exitCode(of: error)
    }

    /// Messages that the parser makes: help and version on standard output, wrong usage on standard error.
    private static func reportUsage(_ error: any Error) -> Int32 {
        let text = Herstel.fullMessage(for: error)
        guard Herstel.exitCode(for: error) != .success else {
            print(text)
            return 0
        }
        Terminal.note(text)
        return badInput
    }

    private static func message(of error: any Error) -> String? {
        switch error {
        case let error as SpecificationError: error.description
        case let error as TableError: error.description
        case let error as LocatedModelError: error.description
        case let error as RecoveryFileError: error.description
        case let error as ScenarioFileError: error.description
        case let error as ScenarioError: error.description
        case let error as FundingError: error.description
        case let error as RunError: error.description
        case let error as BatchError: error.description
        case let error as DiffError: error.description
        case let error as SynthesisError: error.description
        default: nil
        }
    }

    /// The exit code that goes with an error.
    static func exitCode(of error: any Error) -> Int32 {
        switch error {
        case ScenarioError.cancelled, SynthesisError.cancelled, RunError.stopped: interrupted
        case TableError.unwritable, RunError.cannotCreate, RunError.inUse: failed
        case BatchError.incomplete, BatchError.failedUnits, BatchError.scheduler, BatchError.alreadySubmitted: failed
        case let error as LocatedModelError: error.error.isFailureOfTheFit ? failed : badInput
        default: badInput
        }
    }
}

extension ModelError {
    /// Whether the data and the model were fine but the computation did not come to an end.
    fileprivate var isFailureOfTheFit: Bool {
        switch self {
        case .notConverged, .numericalBreakdown: true
        default: false
        }
    }
}
