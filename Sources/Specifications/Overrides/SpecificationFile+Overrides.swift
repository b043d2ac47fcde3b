import Yams

extension SpecificationFile {
    /// The file with some values changed, in memory; it has read nothing and noted no problems yet.
    ///
    /// Its bytes are the file's with a comment line for each change, so that files that differ by their changes have different
    /// digests. Values that an alias (`*name`) repeats are values of their own: changing one leaves the others.
    ///
    /// - Throws: ``SpecificationError`` with the problems of all changes.
    public func applying(_ changes: [SpecificationOverride]) throws(SpecificationError) -> SpecificationFile {
        let (tree, problems) = applied(changes)
        guard problems.isEmpty else {
            throw SpecificationError(
                problems.map { index, problem in
                    let place = SpecificationPlace(file: path, override: changes[index].shortWords)
                    return SpecificationProblem(place: place, message: problem.description)
                })
        }
        return SpecificationFile(path: path, bytes: bytes(with: changes), tree: tree, lastLine: lastLine, changes)
    }

    /// What is wrong with changes, by their position among them; nothing is read from the result.
    public func problems(of changes: [SpecificationOverride]) -> [(index: Int, problem: OverrideProblem)] {
        applied(changes).problems
    }

    private func applied(
        _ changes: [SpecificationOverride]
    ) -> (tree: Node, problems: [(index: Int, problem: OverrideProblem)]) {
        var application = OverrideApplication(to: root.node)
        var problems: [(Int, OverrideProblem)] = []
        for (index, change) in changes.enumerated() {
            do throws(OverrideProblem) {
                try application.apply(change, line: lastLine + index + 1)
            } catch {
                problems.append((index, error))
            }
        }
        return (application.root, problems)
    }

    private func bytes(with changes: [SpecificationOverride]) -> [UInt8] {
        guard !changes.isEmpty else { return bytes }
        let needsBreak = bytes.last.map { $0 != UInt8(ascii: "\n") } ?? false
        return bytes + (needsBreak ? [UInt8(ascii: "\n")] : []) + changes.flatMap { Array($0.comment.utf8) }
    }
}
