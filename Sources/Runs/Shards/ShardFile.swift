import Crypto
import Glibc
import Scenarios
import Tables

/// A file with the records of some consecutive draws.
///
/// The format, version 1; whole numbers are unsigned and everything is little-endian:
///
///     byte  0   8 bytes   "HERSTELd"
///           8   4         format version, 1
///          12   4         bytes before the records, 72
///          16  32         digest of the simulation: ``SimulationIdentity/digest``
///          48   8         first draw, counted from 0
///          56   8         number of draws, n
///          64   8         doubles in a record, m
///          72   8 n m     the records, draw by draw, IEEE 754 doubles
///     72 + 8 n m  32      SHA-256 of all bytes before
///
/// The place of each double in a record is ``Scenarios/RecordLayout``'s, which the program's version fixes.
enum ShardFile {
    static let headerSize = 72
    static let checksumSize = 32
    private static let magic = Array("HERSTELd".utf8)
    private static let version: UInt32 = 1

    /// Writes a block so that its file is there whole or not at all.
    ///
    /// - Parameter digest: The simulation's, 32 bytes.
    /// - Throws: ``Tables/TableError/unwritable(file:reason:)``.
    static func write(_ block: RecordBlock, digest: [UInt8], to path: String) throws(TableError) {
        precondition(digest.count == 32, "a SHA-256 digest")
        precondition(UInt16(1).littleEndian == 1, "records are written as they stand in memory")
        var bytes = magic
        bytes.reserveCapacity(headerSize + 8 * block.count + checksumSize)
        bytes += littleEndian(version) + littleEndian(UInt32(headerSize)) + digest
        for number in [block.draws.lowerBound, block.draws.count, block.count / max(1, block.draws.count)] {
            bytes += littleEndian(UInt64(number))
        }
        block.withValues { bytes += UnsafeRawBufferPointer($0) }
        bytes += Array(SHA256.hash(data: bytes))
        try writeAtomically(bytes, to: path)
    }

    /// Opens a file and checks every byte of it.
    ///
    /// - Parameters:
    ///   - digest: The simulation's, 32 bytes.
    ///   - recordLength: Doubles in a record.
    /// - Throws: ``ShardProblem``.
    static func open(_ path: String, digest: [UInt8], recordLength: Int) throws(ShardProblem) -> RecordBlock {
        let file = try MappedFile(path)
        guard file.size >= headerSize + checksumSize, file.bytes(0..<8) == magic else { throw .foreign }
        let found = file.bytes((file.size - checksumSize)..<file.size)
        guard file.sha256(ofFirst: file.size - checksumSize) == found else { throw .damaged }
        // From here on the bytes are those that were written.
        guard file.number(UInt32.self, at: 8) == version, file.number(UInt32.self, at: 12) == UInt32(headerSize) else {
            throw .otherVersion
        }
        guard file.bytes(16..<48) == digest else { throw .otherSimulation }
        let first = file.number(UInt64.self, at: 48)
        let count = file.number(UInt64.self, at: 56)
        let space = (file.size - headerSize - checksumSize) / 8
        guard file.number(UInt64.self, at: 64) == UInt64(recordLength), recordLength > 0, count > 0,
            count <= UInt64(space), Int(count) * recordLength * 8 == file.size - headerSize - checksumSize,
            first < UInt64(Int32.max)
        else { throw .otherSimulation }
        file.records = headerSize..<(file.size - checksumSize)
        return RecordBlock(draws: Int(first)..<(Int(first) + Int(count)), memory: file)
    }

    private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}

/// Why a file is no shard of a simulation.
enum ShardProblem: Error, Equatable, CustomStringConvertible {
    case unreadable(String)
    case foreign
    case damaged
    case otherVersion
    case otherSimulation

    var description: String {
        switch self {
        case .unreadable(let reason): "it cannot be read: \(reason)"
        case .foreign: "it is no file of draws, or too short"
        case .damaged: "its checksum is wrong: it is damaged or cut off"
        case .otherVersion: "it has another format version"
        case .otherSimulation: "it belongs to another simulation"
        }
    }
}

/// A file as memory that the system reads when needed and can take back: many draws need no room of their own.
///
/// The mapping stays valid when the file is replaced or removed. Unchecked: the memory is only ever read.
private final class MappedFile: RecordMemory, @unchecked Sendable {
    let size: Int
    /// The bytes that hold the records.
    var records = 0..<0
    private let memory: UnsafeRawBufferPointer

    init(_ path: String) throws(ShardProblem) {
        func failure() -> ShardProblem { .unreadable(String(cString: strerror(errno))) }
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { throw .foreign }
        size = Int(status.st_size)
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw failure()
        }
        memory = UnsafeRawBufferPointer(start: start, count: size)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: memory.baseAddress), size) }

    func bytes(_ range: Range<Int>) -> [UInt8] { Array(memory[range]) }

    func number<Number: FixedWidthInteger>(_ type: Number.Type, at position: Int) -> Number {
        Number(littleEndian: memory.loadUnaligned(fromByteOffset: position, as: type))
    }

    func sha256(ofFirst count: Int) -> [UInt8] {
        var hash = SHA256()
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: memory[..<count]))
        return Array(hash.finalize())
    }

    func withDoubles<Result>(_ body: (UnsafeBufferPointer<Double>) throws -> Result) rethrows -> Result {
        // Pages are aligned and the header is a multiple of eight bytes long.
        try body(UnsafeRawBufferPointer(rebasing: memory[records]).bindMemory(to: Double.self))
    }
}
