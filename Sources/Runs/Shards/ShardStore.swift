import Foundation
import Scenarios
import Tables

/// The finished blocks of a simulation in the folder `shards/` of its run directory, a file for each: see
/// ``ShardFile``.
///
/// `simulation.json` says which simulation they belong to. Several processes may keep blocks in one folder at the same
/// time.
public struct ShardStore: RecordStore {
    /// The folder.
    public let path: String
    /// What the blocks belong to.
    let identity: SimulationIdentity
    private let digest: [UInt8]
    private let lock: FolderLock
    private let note: @Sendable (String) -> Void

    static let folderName = "shards"
    static let identityName = "simulation.json"
    private static let suffix = ".draws"

    /// What to do with blocks that are there already.
    public enum Earlier: Sendable {
        /// Remove them.
        case discarded
        /// Go on from them.
        case continued
    }

    /// Opens the folder of a run directory, which must be there, and makes it the simulation's.
    ///
    /// - Parameters:
    ///   - run: The run directory.
    ///   - identity: The simulation with the estimates fitted here; ``identity`` has those kept.
    ///   - note: Called with remarks for standard error.
    /// - Throws: ``RunError/otherSimulation(path:difference:)`` when the blocks to go on from are another simulation's,
    ///   ``RunError/inUse(path:)``, or an error of the file system.
    init(
        in run: String, for identity: SimulationIdentity, earlier: Earlier, note: @escaping @Sendable (String) -> Void
    ) throws {
        path = run + "/" + Self.folderName
        self.note = note
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw RunError.cannotCreate(path: path, reason: String(cString: strerror(errno)))
        }
        lock = try FolderLock(path)
        if lock.isAlone {
            removeAbandonedFiles(in: path)
            if earlier == .discarded { Self.discard(path, note: note) }
        } else if earlier == .discarded {
            throw RunError.inUse(path: path)
        }
        self.identity = try Self.agreed(identity, in: path, isAlone: lock.isAlone, note: note)
        digest = try self.identity.digest
        lock.share()
    }

    /// The stored identity, written when there is none yet.
    private static func agreed(
        _ own: SimulationIdentity, in path: String, isAlone: Bool, note: (String) -> Void
    ) throws -> SimulationIdentity {
        let file = path + "/" + identityName
        if isAlone, access(file, F_OK) == 0, (try? SimulationIdentity(json: try readFile(file))) == nil {
            note("\(file): the file is damaged; the draws of the earlier run cannot be told apart and are discarded.")
            removeAll(in: path)
        }
        let new = try AtomicFile(file)
        try new.append(try own.json)
        if try new.commitIfAbsent() { return own }
        let stored: SimulationIdentity
        do {
            stored = try SimulationIdentity(json: try readFile(file))
        } catch {
            throw RunError.otherSimulation(path: path, difference: "\(identityName) cannot be read")
        }
        if let difference = stored.difference(from: own) {
            throw RunError.otherSimulation(path: path, difference: difference)
        }
        return stored
    }

    /// The blocks that are there and whole. Files that are no blocks of this simulation are told and left out.
    public func finishedBlocks() throws -> [RecordBlock] { finishedBlocks(overlapping: 0..<Int.max) }

    /// The blocks that are there and whole and hold draws of a range; names of files tell which to open.
    func finishedBlocks(overlapping range: Range<Int>) -> [RecordBlock] {
        var blocks: [RecordBlock] = []
        for name in Self.names(in: path) where name.hasSuffix(Self.suffix) {
            if let draws = Self.draws(inName: name), !draws.overlaps(range) { continue }
            do {
                blocks.append(
                    try ShardFile.open(path + "/" + name, digest: digest, recordLength: identity.recordLength))
            } catch {
                note("\(path)/\(name): not used, \(error). Its draws are computed again.")
            }
        }
        return disjoint(blocks)
    }

    /// The draws that a file's name tells; nil when it tells none. Its header says what it really holds.
    private static func draws(inName name: String) -> Range<Int>? {
        let numbers = name.dropLast(suffix.count).split(separator: "-", omittingEmptySubsequences: false).map {
            Int($0)
        }
        guard numbers.count == 2, let first = numbers[0], let last = numbers[1], 0 <= first, first <= last, last < .max
        else { return nil }
        return first..<(last + 1)
    }

    /// Each draw once. Draws that two files hold differently are computed again: one of the two is wrong.
    private func disjoint(_ blocks: [RecordBlock]) -> [RecordBlock] {
        let ordered = blocks.sorted {
            ($0.draws.lowerBound, -$0.draws.count) < ($1.draws.lowerBound, -$1.draws.count)
        }
        var (result, next) = ([RecordBlock](), 0)
        for block in ordered {
            let overlaps = result.indices.filter { result[$0].draws.overlaps(block.draws) }
            let isSame = overlaps.allSatisfy { index in
                let shared = block.draws.clamped(to: result[index].draws)
                return result[index].part(shared) == block.part(shared)
            }
            guard isSame else {
                note(
                    "\(path): two files differ in the draws \(block.draws.lowerBound) to "
                        + "\(min(next, block.draws.upperBound) - 1). These are computed again.")
                for index in overlaps.reversed() { result.remove(at: index) }
                continue
            }
            if let rest = block.part(max(next, block.draws.lowerBound)..<max(next, block.draws.upperBound)) {
                result.append(rest)
                next = rest.draws.upperBound
            }
        }
        return result
    }

    /// The draws that a run directory holds whole, whatever simulation they are of: each file is read, and nothing is fitted.
    static func keptDraws(in run: String, note: @escaping @Sendable (String) -> Void) -> [Range<Int>] {
        let path = run + "/" + folderName
        guard let lock = try? FolderLock(path), let json = try? readFile(path + "/" + identityName),
            let identity = try? SimulationIdentity(json: json), let digest = try? identity.digest
        else { return [] }
        lock.share()
        let store = ShardStore(path: path, identity: identity, digest: digest, lock: lock, note: note)
        return store.finishedBlocks(overlapping: 0..<Int.max).map(\.draws)
    }

    private init(
        path: String, identity: SimulationIdentity, digest: [UInt8], lock: FolderLock,
        note: @escaping @Sendable (String) -> Void
    ) {
        (self.path, self.identity, self.digest, self.lock, self.note) = (path, identity, digest, lock, note)
    }

    /// Writes a block to a file of its own.
    ///
    /// - Returns: The block in the file's memory, checked against what was to be written.
    /// - Throws: ``Tables/TableError/unwritable(file:reason:)``.
    public func save(_ block: RecordBlock) throws -> RecordBlock {
        let file = "\(path)/\(block.draws.lowerBound)-\(block.draws.upperBound - 1)\(Self.suffix)"
        try ShardFile.write(block, digest: digest, to: file)
        do {
            return try ShardFile.open(file, digest: digest, recordLength: identity.recordLength)
        } catch {
            throw TableError.unwritable(file: file, reason: "after writing, \(error)")
        }
    }

    /// The number of draws kept.
    public func keptDraws() throws -> Int { try finishedBlocks().reduce(0) { $0 + $1.draws.count } }

    /// Removes the folder, unless another process works in it.
    public func remove() {
        guard lock.takeAlone() else {
            note("\(path): kept, because another process works in it. Remove it when that has ended.")
            return
        }
        Self.removeAll(in: path)
        rmdir(path)
    }

    /// Removes the folder, unless another process works in it, without a word.
    func removeIfAlone() {
        guard lock.takeAlone() else { return }
        Self.removeAll(in: path)
        rmdir(path)
    }

    /// Removes what a run that was killed after its last table left behind, unless another process works there.
    static func removeLeftovers(in run: String) {
        let path = run + "/" + folderName
        guard access(path, F_OK) == 0, let lock = try? FolderLock(path), lock.isAlone else { return }
        withExtendedLifetime(lock) {
            removeAll(in: path)
            rmdir(path)
        }
    }

    /// Removes the draws of an earlier run.
    private static func discard(_ path: String, note: (String) -> Void) {
        let files = names(in: path)
        guard !files.isEmpty else { return }
        let count = files.count { $0.hasSuffix(suffix) }
        note("\(path): the draws of an earlier run are discarded (\(count) files); --resume goes on from them.")
        removeAll(in: path)
    }

    /// Removes what this program has put in the folder; the file that tells the draws apart comes last.
    private static func removeAll(in path: String) {
        let files = names(in: path)
        for name in files where name.hasSuffix(suffix) || name.hasPrefix(".") && name.hasSuffix(".tmp") {
            unlink(path + "/" + name)
        }
        unlink(path + "/" + identityName)
    }

    /// The store as one that is asked for the draws of a range only: others, which may be many, are not read.
    func part(_ range: Range<Int>) -> PartOfStore {
        PartOfStore(blocks: finishedBlocks(overlapping: range).compactMap { $0.part(range) }, store: self)
    }

    private static func names(in path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
}

/// Blocks of a store, read once.
struct PartOfStore: RecordStore {
    /// The blocks that were there: disjoint.
    let blocks: [RecordBlock]
    let store: ShardStore

    /// The number of draws that were there.
    var draws: Int { blocks.reduce(0) { $0 + $1.draws.count } }

    func finishedBlocks() throws -> [RecordBlock] { blocks }
    func save(_ block: RecordBlock) throws -> RecordBlock { try store.save(block) }
}

/// A lock on a folder that goes when its process ends, however it ends.
///
/// Where the file system has no locks, each process takes itself to be alone.
final class FolderLock: Sendable {
    private let descriptor: Int32
    /// Whether no other process had a lock on the folder when this one was made.
    let isAlone: Bool

    /// - Throws: ``RunError/cannotCreate(path:reason:)`` when the folder cannot be opened.
    init(_ path: String) throws(RunError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .cannotCreate(path: path, reason: String(cString: strerror(errno)))
        }
        isAlone = flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
        // Another process holds it alone only for the moment in which it opens the folder.
        if !isAlone { flock(descriptor, LOCK_SH) }
    }

    deinit { close(descriptor) }

    /// Lets other processes in.
    func share() { flock(descriptor, LOCK_SH) }

    /// Whether no other process is in the folder, which then stays so.
    func takeAlone() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK }
}
