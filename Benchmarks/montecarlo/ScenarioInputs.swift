import Foundation

/// The sizes and fixed parameters of the scenario kernel: those of `mc_common.h`.
enum Scenario {
    static let scenarios = 4, schools = 8_447, groups = 2, outcomes = 4, years = 6, cells = 10
    static let persistence = [0.85, 0.80, 0.90, 0.88]
    static let trend = [-0.010, -0.015, 0.000, 0.005]
    static let effectMean = [0.10, 0.08, 0.06, 0.05]
    static let effectSD = 0.03
    static let noiseSD = 0.05
    static let doseMedian = 0.6, doseSD = 0.2
    static let fidelityMean = 0.8, fidelitySD = 0.1
    /// Cells of the result: scenario, school cell, group, outcome, year.
    static let results = scenarios * cells * groups * outcomes * years
    /// Level cells of a school: group, outcome.
    static let levels = groups * outcomes
}

/// A file that is missing or has the wrong size.
struct InputError: Error, CustomStringConvertible {
    let description: String
}

/// The files that `mc_inputs.py` writes, as they are.
struct ScenarioInputs {
    /// The cell of each school; schools are sorted by it.
    let cell: [Int32]
    /// Level at the start: school, group, outcome.
    let level: [Double]
    /// Spending, thousand euro a pupil: scenario, school, year.
    let spending: [Double]

    init(folder: String) throws {
        let (schools, levels) = (Scenario.schools, Scenario.levels)
        cell = try read(folder, "cell.i32", count: schools, of: Int32.self)
        level = try read(folder, "level0.f64", count: schools * levels, of: Double.self)
        spending = try read(
            folder, "spend.f64", count: Scenario.scenarios * schools * Scenario.years, of: Double.self)
        guard zip(cell, cell.dropFirst()).allSatisfy({ $0 <= $1 }), let low = cell.first, let high = cell.last,
            low >= 0, high < Scenario.cells
        else {
            throw InputError(
                description: "\(folder)/cell.i32: schools are not sorted by cells 0 to 9. Run mc_inputs.py again.")
        }
    }
}

/// Three draws with every random quantity written out, on which all programs must agree.
struct CheckDraws {
    let effect: [Double]
    let dose: [Double]
    let fidelity: [Double]
    /// Noise: draw, school, group, outcome, year.
    let noise: [Double]

    static let count = 3

    init(folder: String) throws {
        let perSchool = Scenario.levels * Scenario.years
        effect = try read(folder, "check_effect.f64", count: Self.count * Scenario.outcomes, of: Double.self)
        dose = try read(folder, "check_c.f64", count: Self.count, of: Double.self)
        fidelity = try read(folder, "check_fid.f64", count: Self.count * Scenario.schools, of: Double.self)
        noise = try read(folder, "check_z.f64", count: Self.count * Scenario.schools * perSchool, of: Double.self)
    }
}

/// The numbers of a little-endian file.
private func read<Number: BitwiseCopyable>(
    _ folder: String, _ name: String, count: Int, of type: Number.Type
) throws -> [Number] {
    let path = folder + "/" + name
    guard let data = FileManager.default.contents(atPath: path) else {
        throw InputError(description: "\(path): cannot be read. Run mc_inputs.py \(folder) first.")
    }
    let size = count * MemoryLayout<Number>.size
    guard data.count == size else {
        throw InputError(
            description: "\(path): \(data.count) bytes instead of \(size). Run mc_inputs.py \(folder) again.")
    }
    return data.withUnsafeBytes { Array($0.bindMemory(to: type)) }
}
