import Foundation
import Tables

/// The folder of a study's results: written beside the results of an earlier merge, which stay until all is there.
struct StudyResults {
    let study: OpenStudy
    private let temporary: String
    private static let prefix = ".results-"

    /// Makes the folder to write into.
    ///
    /// - Throws: ``RunError``.
    init(_ study: OpenStudy) throws {
        self.study = study
        temporary = study.folder.path + "/" + Self.prefix + String(UInt64.random(in: .min ... .max), radix: 16)
        try Self.checkPlace(study.folder.results)
        Self.removeAbandoned(in: study.folder)
        try StudyFolder.make(temporary)
    }

    /// Writes the tables of all variants, with the design and the descriptions, and puts them in the place of earlier ones.
    ///
    /// - Throws: ``BatchError/otherColumns(table:variant:folder:)``, ``BatchError/incomplete(folder:missing:units:)`` when a
    ///   table was damaged since it was checked, or an error of the file system. Nothing has changed then.
    ///
    /// - Returns: The tables.
    func write() throws -> [WrittenTable] {
        do {
            let tables = try writeTables()
            try publish()
            return tables
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }

    private func writeTables() throws -> [WrittenTable] {
        var written = try [StudyTable(study.plan).table, StudyTable(study.plan).changes].map {
            try RunDirectory.write($0, in: temporary)
        }
        for name in VariantTables.allowed.map(\.name) where study.plan.tables.contains(name) {
            if let table = try merged(name) { written.append(table) }
        }
        let outputs = written.map {
            Manifest.Output(path: $0.schema.fileName, sha256: $0.sha256, rows: $0.rowCount)
        }
        let package = DataPackage(name: study.plan.name, title: study.plan.title, tables: written)
        try writeAtomically(try canonicalJSON(package), to: temporary + "/datapackage.json")
        try writeAtomically(
            try canonicalJSON(StudyManifest(study.plan, outputs: outputs)), to: temporary + "/run.json")
        return written
    }

    private func merged(_ name: String) throws -> WrittenTable? {
        var table = try MergedTable(name, in: temporary)
        for number in study.plan.variants.map(\.number) {
            let path = study.folder.variant(number)
            guard let variant = FinishedVariant(number, in: path, of: study.digest) else { throw damaged(number) }
            guard let output = variant.outputs.first(where: { $0.path == name + ".csv" }) else { continue }
            guard let bytes = variant.bytes(of: output, in: path) else { throw damaged(number) }
            guard try table.add(bytes, of: number) else {
                throw BatchError.otherColumns(table: output.path, variant: number, folder: study.folder.path)
            }
        }
        return try table.finish()
    }

    private func damaged(_ variant: Int) -> BatchError {
        .incomplete(
            folder: study.folder.path, missing: Array(study.plan.units(ofVariant: variant)),
            units: study.plan.unitCount)
    }
}

extension StudyResults {
    /// Refuses a folder that holds other things than results.
    private static func checkPlace(_ path: String) throws(RunError) {
        guard access(path, F_OK) == 0 else { return }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw .notAFolder(path: path)
        }
        guard names.isEmpty || names.contains("run.json") else { throw .notARun(path: path) }
    }

    /// Removes what killed processes left beside the results: folders in which nothing was written for an hour.
    private static func removeAbandoned(in folder: StudyFolder) {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
            $0.hasPrefix(prefix)
        }
        guard !names.isEmpty, let clock = FileSystemClock(of: folder.path) else { return }
        for path in names.map({ folder.path + "/" + $0 }) {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            let ages = ([path] + files.map { path + "/" + $0 }).map { clock.age(of: $0) ?? 0 }
            if ages.allSatisfy({ $0 > 3600 }) { try? FileManager.default.removeItem(atPath: path) }
        }
    }

    /// Puts the folder in the place of the earlier one.
    private func publish() throws(RunError) {
        let results = study.folder.results
        // Several merges may end at once: the last one stays, and all are the same.
        for attempt in 0..<100 {
            if rename(temporary, results) == 0 { return }
            // A folder with files in it cannot be replaced in one step: for a moment there are no results.
            let old = temporary + "-\(attempt)"
            if rename(results, old) == 0 {
                let isThere = rename(temporary, results) == 0
                discard(old)
                if isThere { return }
            } else if errno != ENOENT {
                break
            }
        }
        throw .cannotCreate(path: results, reason: String(cString: strerror(errno)))
    }

    /// Removes earlier results. What somebody else put among them is kept.
    private func discard(_ old: String) {
        let ours = Set(
            VariantTables.allowed.map(\.fileName) + ["study.csv", "overrides.csv", "datapackage.json", "run.json"])
        for name in (try? FileManager.default.contentsOfDirectory(atPath: old)) ?? [] where !ours.contains(name) {
            rename(old + "/" + name, study.folder.results + "/" + name)
        }
        try? FileManager.default.removeItem(atPath: old)
    }
}
