/// What can go wrong when two runs are compared.
public enum DiffError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no such folder.
    case noFolder(path: String)
    /// The folder holds no run.
    case noRun(path: String)
    /// The run has not come to its end.
    case unfinished(path: String)
    /// `run.json` or `datapackage.json` cannot be understood.
    case unreadableDescription(path: String)
    /// `run.json` is of a format that this version does not know.
    case otherFormat(path: String, found: Int)
    /// A table is not what the run wrote.
    case damaged(path: String, found: String, expected: String)
    /// A table of the run is not there.
    case missingTable(path: String)
    /// Two rows of a table are about the same thing.
    case duplicateRow(path: String, key: String)
    /// The runs do not have random numbers in common.
    case notPaired(first: String, second: String, reason: String)
    /// The folder for the results holds other things.
    case foreignFolder(path: String)

    /// The message.
    public var description: String {
        switch self {
        case .noFolder(let path): "\(path): no such folder; expected the folder of a finished run. Check the name."
        case .noRun(let path):
            "\(path): the folder holds no run: there is no run.json. Give a folder that herstel run, simulate, fit or "
                + "allocate wrote."
        case .unfinished(let path):
            "\(path): the run is not finished: there is no run.json yet. Go on with its command and --resume, then "
                + "compare."
        case .unreadableDescription(let path):
            "\(path): this is not the description that a finished run writes. Was it edited? Make the run again."
        case .otherFormat(let path, let found):
            "\(path): the format is number \(found); expected 1. Make the run again with this version of herstel."
        case .damaged(let path, let found, let expected):
            "\(path): the table is not what the run wrote: its SHA-256 is \(found.prefix(12))... and run.json has "
                + "\(expected.prefix(12))... Make the run again."
        case .missingTable(let path): "\(path): run.json has this table and it cannot be read. Make the run again."
        case .duplicateRow(let path, let key):
            "\(path): two rows are about the same thing (\(key)), so that rows cannot be matched. Make the run again."
        case .notPaired(let first, let second, let reason):
            "\(first) and \(second) do not share random numbers: \(reason). Their differences would hold the Monte "
                + "Carlo error of both. Simulate one of them again like the other, or compare all the same with "
                + "--unpaired."
        case .foreignFolder(let path):
            "\(path): the folder holds other files than those of an earlier comparison. Choose another with --output."
        }
    }
}
