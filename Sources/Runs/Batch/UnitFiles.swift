import Foundation
import Tables

extension StudyFolder {
    /// The same folder from everywhere.
    ///
    /// - Throws: ``BatchError/noPlan(folder:)`` when it is not there.
    public func absolute() throws(BatchError) -> StudyFolder {
        guard let real = realpath(path, nil) else { throw .noPlan(folder: path) }
        defer { free(real) }
        return StudyFolder(String(cString: real))
    }

    /// The record of a unit; nil when there is none that can be read and is of this plan.
    ///
    /// - Parameter digest: The plan's; see ``StudyPlan/digest``.
    func record(of unit: WorkUnit, in plan: StudyPlan, digest: String) -> UnitRecord? {
        guard let record: UnitRecord = Self.read(done(unit.number)), record.unit == unit.number,
            record.version == plan.version, record.plan == digest,
            record.draws == unit.part.range(of: plan.draws).count
        else { return nil }
        return record
    }

    /// What a small file of JSON holds; nil when it is not there or not whole.
    static func read<Value: Decodable>(_ path: String) -> Value? {
        guard let bytes = try? readFile(path) else { return nil }
        return try? JSONDecoder().decode(Value.self, from: Data(bytes))
    }

    /// Makes a folder, unless it is there; folders above it must be.
    ///
    /// - Throws: ``RunError/cannotCreate(path:reason:)``.
    static func make(_ path: String) throws(RunError) {
        guard mkdir(path, 0o777) != 0, errno != EEXIST else { return }
        throw .cannotCreate(path: path, reason: String(cString: strerror(errno)))
    }
}
