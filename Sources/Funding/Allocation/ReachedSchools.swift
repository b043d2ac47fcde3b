/// Some schools of a population, by their positions in it: a school is a large value, so none is copied.
struct ReachedSchools {
    let population: SchoolPopulation
    /// The schools' positions in the population, in its order.
    let positions: [Int]

    /// The schools that a rule reaches.
    init(_ rule: FundingRule, in population: SchoolPopulation) {
        self.population = population
        positions = population.schools.indices.filter { rule.reaches(population.schools[$0]) }
    }

    /// All schools.
    init(_ population: SchoolPopulation) {
        self.population = population
        positions = Array(population.schools.indices)
    }

    var count: Int { positions.count }

    /// One of the schools.
    subscript(index: Int) -> School { population.schools[positions[index]] }

    /// Something of each school.
    func map<Value>(_ value: (School) -> Value) -> [Value] { positions.map { value(population.schools[$0]) } }

    /// The pupils of each school.
    var pupils: [Double] { positions.map { Double(population.schools[$0].pupils) } }

    /// The quintile of each school, 0 when unknown.
    var quintiles: [Int] { positions.map { population.quintiles[$0] } }
}
