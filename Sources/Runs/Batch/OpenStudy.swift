import Foundation
import Tables

/// A study's plan and folder, with what is asked for again and again.
struct OpenStudy: Sendable {
    let plan: StudyPlan
    /// The folder, absolute: the process may change its own.
    let folder: StudyFolder
    /// ``StudyPlan/workDigest``: what is done carries it.
    let digest: String

    /// Reads the plan of a folder.
    ///
    /// - Throws: ``BatchError``.
    init(in folder: StudyFolder) throws {
        plan = try StudyPlan(in: folder)
        self.folder = try folder.absolute()
        digest = try plan.workDigest
    }

    /// Goes to the folder in which the study was planned, where the paths of its files start.
    ///
    /// - Throws: ``BatchError/noDirectory(path:reason:)``.
    func enterDirectory() throws(BatchError) {
        guard FileManager.default.currentDirectoryPath != plan.directory, chdir(plan.directory) != 0 else { return }
        throw .noDirectory(path: plan.directory, reason: String(cString: strerror(errno)))
    }

    /// Checks that the files that the study rests on are those it was planned with.
    ///
    /// - Throws: ``BatchError/changedInput(path:folder:)``, or ``Tables/TableError/unreadable(file:reason:)``.
    func checkInputs() throws {
        try plan.checkInputs(in: folder)
    }

    /// Whether a unit has a record of this plan.
    func hasRecord(_ unit: Int) -> Bool { record(unit) != nil }

    /// A unit's record.
    func record(_ unit: Int) -> UnitRecord? {
        guard let unit = plan.unit(unit) else { return nil }
        return folder.record(of: unit, in: plan, digest: digest)
    }

    /// Whether some process has lately given a sign of life of a unit.
    func isClaimed(_ unit: Int) -> Bool {
        let path = folder.running(unit)
        guard access(path, F_OK) == 0 else { return false }
        guard let age = FileSystemClock(of: folder.units)?.age(of: path) else { return false }
        return age < UnitClaim.lifetime
    }
}
