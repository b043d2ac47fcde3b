import Foundation
import Tables

/// What can go wrong with a run directory.
public enum RunError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The folder holds other things than a run.
    case notARun(path: String)
    /// The path is a file.
    case notAFolder(path: String)
    /// The path is empty.
    case noName
    /// The folder cannot be made.
    case cannotCreate(path: String, reason: String)
    /// Draws or results to go on from are another simulation's.
    case otherSimulation(path: String, difference: String)
    /// Another process works in the folder.
    case inUse(path: String)
    /// The user stopped the run; the finished draws are kept.
    case stopped(path: String, kept: Int)

    /// The message.
    public var description: String {
        switch self {
        case .notARun(let path):
            "\(path): the folder is not empty and holds no earlier run (run.json). Choose another with --output."
        case .notAFolder(let path): "\(path): this is a file; expected a folder. Choose another with --output."
        case .noName: "the name of the folder for the results is empty. Give one with --output, '.' for this folder."
        case .cannotCreate(let path, let reason): "\(path): the folder cannot be made: \(reason)."
        case .otherSimulation(let path, let difference):
            "\(path): another simulation's, so that its draws cannot be used: \(difference). Undo the change, or begin again "
                + "without --resume and --shard, or elsewhere with --output."
        case .inUse(let path):
            "\(path): another process works in this folder. Wait for it, join it with --resume, or choose another with --output."
        case .stopped(let path, let kept):
            "stopped before the end; \(kept) draws are kept in \(path). Go on with the same command and --resume."
        }
    }
}

/// The folder of a run. Tables are written one by one, each whole; `run.json` comes last, so that a folder without it
/// holds an unfinished run.
struct RunDirectory {
    let path: String

    /// Opens a folder for a run: makes it, or takes over one that holds an earlier run.
    ///
    /// - Throws: ``RunError``.
    init(_ path: String) throws(RunError) {
        // Names of files would begin with a slash: they would be written to the root of the file system.
        guard !path.isEmpty else { throw .noName }
        let files = FileManager.default
        var isFolder: ObjCBool = false
        if files.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else { throw .notAFolder(path: path) }
            let contents = (try? files.contentsOfDirectory(atPath: path)) ?? []
            let isRun = ["run.json", Self.unfinished].contains { contents.contains($0) }
            guard isRun || contents.isEmpty else { throw .notARun(path: path) }
        } else {
            try Self.makeFolder(path)
        }
        self.path = path
    }

    /// Makes a folder and those above it.
    static func makeFolder(_ path: String) throws(RunError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o755) != 0, errno != EEXIST else { continue }
            throw .cannotCreate(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// A marker that the folder is a run's, until `run.json` is there.
    static let unfinished = ".unfinished-run"

    /// Marks the folder as a run's, unless it holds a finished one.
    ///
    /// - Throws: ``Tables/TableError/unwritable(file:reason:)``.
    func begin() throws(TableError) {
        guard access(path + "/run.json", F_OK) != 0 else { return }
        try Self.mark(path)
    }

    /// Marks a folder as that of a run that is not finished.
    ///
    /// An empty file has no half: it needs no other name while it is written, which would make the folder look like
    /// somebody else's.
    static func mark(_ path: String) throws(TableError) {
        let file = path + "/" + unfinished
        let descriptor = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .unwritable(file: file, reason: String(cString: strerror(errno))) }
        close(descriptor)
    }

    /// Makes room for the tables of a run: from here on the folder holds an unfinished one.
    ///
    /// - Parameter schemas: Those that will be written.
    /// - Throws: ``Tables/TableError/unwritable(file:reason:)``.
    func makeRoom(for schemas: [TableSchema]) throws(TableError) {
        try Self.mark(path)
        unlink(path + "/run.json")
        removeStaleTables(keeping: Set(schemas.map(\.fileName)))
        removeTemporaryFiles()
    }

    /// Writes a table.
    ///
    /// - Throws: ``Tables/TableError/unwritable(file:reason:)``.
    func write(_ table: ResultTable) throws(TableError) -> WrittenTable { try Self.write(table, in: path) }

    /// Writes a table into a folder.
    static func write(_ table: ResultTable, in path: String) throws(TableError) -> WrittenTable {
        let bytes = table.bytes
        try writeAtomically(bytes, to: path + "/" + table.schema.fileName)
        return WrittenTable(
            schema: table.schema, byteCount: bytes.count, sha256: sha256(bytes), rowCount: table.rowCount)
    }

    /// Writes the descriptions of the tables, which makes the run a finished one.
    ///
    /// - Throws: ``Tables/TableError/unwritable(file:reason:)``.
    func finish(package: DataPackage, manifest: Manifest) throws {
        try writeAtomically(try canonicalJSON(package), to: path + "/datapackage.json")
        try writeAtomically(try canonicalJSON(manifest), to: path + "/run.json")
        Self.removeMark(in: path)
    }

    /// Removes the marker of a run that has come to its end.
    static func removeMark(in path: String) { unlink(path + "/" + unfinished) }

    /// What a killed process was writing.
    private func removeTemporaryFiles() {
        let written = Set(TableSchema.all.map(\.fileName) + ["datapackage.json", "run.json"])
        removeAbandonedFiles(in: path) { written.contains($0) }
    }

    /// Tables of an earlier run that this one does not write would be mistaken for its own.
    private func removeStaleTables(keeping names: Set<String>) {
        for schema in TableSchema.all where !names.contains(schema.fileName) {
            try? FileManager.default.removeItem(atPath: path + "/" + schema.fileName)
        }
    }
}

extension TableSchema {
    /// All tables that a run can hold.
    public static let all: [TableSchema] = [
        .estimates, .varianceComponents, .cells, .cellCovariances, .growth, .gaps, .intervals, .bootstrap,
        .conditionalModes, .residuals, .likelihoodRatioTests, .allocation, .allocationSummary, .spending,
        .trajectories, .comparison, .recovery, .ranking, .careers, .goals, .sensitivity, .effects, .capacity, .draws,
        .assumptions, .diagnostics,
        .evidence, .heterogeneity, .leaveOneOut, .funnel, .persistence, .followUps,
        .levels, .series, .counterfactuals, .policy, .surveyShares, .surveyMeans, .surveyTests, .surveyChanges,
        .surveyRanks,
        .surveyCorrelations, .surveyRankComparisons, .representativeness,
        .responseComposition, .response, .inconsistencies, .ratios, .transitions,
    ]
}
