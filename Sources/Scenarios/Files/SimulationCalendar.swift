import Recovery
import Specifications

/// The simulated school years, and how pupils pass through a sector.
struct SimulationCalendar: Sendable {
    /// The simulated years; the starting state is that at the end of the year before.
    let years: [SchoolYear]
    /// The last school year before the crisis: trends are counted from it.
    let preCrisisYear: SchoolYear

    init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("calendar", keys: ["first", "last", "pre_crisis"]),
            let first = mapping.required("first")?.schoolYear(), let last = mapping.required("last")?.schoolYear()
        else { return nil }
        guard first <= last, last.start - first.start < 50 else {
            mapping.fail("the calendar runs from \(first) to \(last); expected 1 to 50 school years.")
            return nil
        }
        years = SchoolYear.years(from: first, through: last)
        guard let declared = mapping.optional("pre_crisis") else {
            preCrisisYear = first.advanced(by: -1)
            return
        }
        guard let year = declared.schoolYear() else { return nil }
        guard year < last, first.start - year.start <= 20 else {
            declared.fail("found \(year); expected a year before \(last), at most 20 years before \(first).")
            return nil
        }
        preCrisisYear = year
    }

    /// Reads the number of grades by sector: `{po: 8, vo: 5}`; a sector whose pupils neither enter nor leave is not named.
    static func grades(_ value: SpecificationValue, sectors: [String]) -> [String: Int]? {
        guard let mapping = value.openMapping("grades") else { return nil }
        var grades: [String: Int] = [:]
        for entry in mapping.entries {
            guard let sector = entry.keyValue.word(among: sectors), let count = entry.value.integer(in: 2...20) else {
                return nil
            }
            grades[sector] = count
        }
        return grades
    }
}
