import Tables

/// The files that two runs read, matched.
struct FileMatching {
    /// Files with other bytes, and those that only one run read.
    let differences: [InputDifference]
    /// The first run's files that have another name in the second.
    let renamed: [String: String]

    private typealias File = ComparedRun.Description.File

    init(_ first: ComparedRun, _ second: ComparedRun) {
        let (old, new) = (first.description.inputs, second.description.inputs)
        let pairs = Self.pairs(old, new)
        renamed = Dictionary(pairs.filter { old[$0].path != new[$1].path }.map { (old[$0].path, new[$1].path) }) {
            first, _ in first
        }
        let texts = (Self.texts(of: first), Self.texts(of: second))
        let changed = pairs.filter { old[$0].sha256 != new[$1].sha256 }.sorted { $0.1 < $1.1 }.map { i, j in
            InputDifference(
                .file, Self.name(old[i], new[j]), "sha256", Self.short(old[i]), Self.short(new[j]),
                note: Self.firstLine(old[i], new[j], texts))
        }
        let (seenOld, seenNew) = (Set(pairs.map(\.0)), Set(pairs.map(\.1)))
        let removed = old.indices.filter { !seenOld.contains($0) }.map {
            InputDifference(.file, old[$0].path, "", Self.short(old[$0]), nil)
        }
        let added = new.indices.filter { !seenNew.contains($0) }.map {
            InputDifference(.file, new[$0].path, "", nil, Self.short(new[$0]))
        }
        differences = changed + added + removed
    }

    /// Positions of files that belong together: the same place, else the same bytes, else the same file name, and the
    /// file that the command names, whatever it is called.
    private static func pairs(_ old: [File], _ new: [File]) -> [(Int, Int)] {
        var pairs: [(Int, Int)] = []
        var (freeOld, freeNew) = (Array(old.indices), Array(new.indices))
        func match(_ isPair: (Int, Int) -> Bool) {
            for i in freeOld {
                guard let j = freeNew.first(where: { isPair(i, $0) }) else { continue }
                pairs.append((i, j))
                freeOld.removeAll { $0 == i }
                freeNew.removeAll { $0 == j }
            }
        }
        match { old[$0].path == new[$1].path }
        match { old[$0].sha256 == new[$1].sha256 }
        match { fileName(old[$0]) == fileName(new[$1]) }
        match { $0 == 0 && $1 == 0 }
        return pairs
    }

    private static func fileName(_ file: File) -> Substring { file.path.split(separator: "/").last ?? "" }

    private static func name(_ old: File, _ new: File) -> String {
        old.path == new.path ? new.path : "\(old.path) -> \(new.path)"
    }

    /// Twelve digits tell files apart.
    private static func short(_ file: File) -> String { String(file.sha256.prefix(12)) }

    /// The texts that a run with kept draws keeps, by digest.
    private static func texts(of run: ComparedRun) -> [String: String] {
        let path = "\(run.path)/\(ShardStore.folderName)/\(ShardStore.identityName)"
        guard let bytes = try? readFile(path), let identity = try? SimulationIdentity(json: bytes) else { return [:] }
        return Dictionary(identity.inputs.compactMap { input in input.text.map { (input.sha256, $0) } }) { first, _ in
            first
        }
    }

    private static func firstLine(_ old: File, _ new: File, _ texts: ([String: String], [String: String])) -> String {
        guard let before = texts.0[old.sha256], let after = texts.1[new.sha256] else { return "" }
        return SimulationIdentity.difference(
            of: [.init(path: old.path, sha256: old.sha256, text: before)],
            from: [.init(path: new.path, sha256: new.sha256, text: after)]) ?? ""
    }
}
