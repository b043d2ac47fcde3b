import Foundation
import Tables
import TestSupport

@testable import Synthesis

/// A truth from text.
func truth(_ text: String) throws -> Truth { try Truth(bytes: Array(text.utf8), path: "t.yaml") }

/// The bytes of a file drawn from a truth.
func bytes(
    _ truth: Truth, _ size: MicrodataSize = .declared, seed: UInt64? = nil, threads: Int = 1, blockRows: Int = 5000
) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let path = folder.file("x.csv")
    try Microdata(truth, size: size, seed: seed).write(to: path, threads: threads, blockRows: blockRows)
    return try readFile(path)
}

/// The table that is read back from a file drawn from a truth.
func table(_ truth: Truth, _ size: MicrodataSize = .declared, seed: UInt64? = nil) throws -> Table {
    let folder = try TemporaryFolder()
    let path = folder.file("x.csv")
    try Microdata(truth, size: size, seed: seed).write(to: path, threads: 2)
    return try readCSV(path: path)
}

/// Mean and variance of some numbers.
func moments(_ x: [Double]) -> (mean: Double, variance: Double) {
    let mean = x.reduce(0, +) / Double(x.count)
    return (mean, x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count - 1))
}

/// Whether an estimate is within four standard errors: one check in 16,000 fails by chance, and seeds are fixed.
func agrees(_ estimate: Double, with value: Double, standardError: Double) -> Bool {
    let fits = abs(estimate - value) <= 4 * standardError
    if !fits { print("found \(estimate), expected \(value), standard error \(standardError)") }
    return fits
}

/// The standard error of a share.
func standardError(ofShare share: Double, count: Int) -> Double { (share * (1 - share) / Double(count)).squareRoot() }

extension Table {
    func texts(_ name: String) throws -> [String] {
        let column = try column(name)
        return (0..<rowCount).map { column.text(at: $0) ?? "" }
    }

    func numbers(_ name: String) throws -> [Double] { try column(name).doubles() ?? [] }
}
