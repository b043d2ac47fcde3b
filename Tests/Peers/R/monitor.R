# A monitor's tables of the California schools (survey's api data): shares, means and tests by type of school.
# Prints name<TAB>value.
suppressPackageStartupMessages(library(survey))
folder <- commandArgs(TRUE)[1]
clus1 <- read.csv(file.path(folder, "apiclus1.csv"))
say <- function(name, value) cat(name, format(value, digits = 17), sep = "\t", fill = FALSE, "\n")

design <- svydesign(ids = ~dnum, weights = ~pw, data = clus1)
design <- update(design, yes = as.numeric(sch.wide == "Yes"))

all <- svymean(~yes, design, deff = "replace")
say("all.share", coef(all)); say("all.se", SE(all)); say("all.deff", deff(all))
ci <- svyciprop(~yes, design, method = "logit")
say("all.lower", attr(ci, "ci")[1]); say("all.upper", attr(ci, "ci")[2])
ci <- svyciprop(~yes, design, method = "beta")
say("all.beta.lower", attr(ci, "ci")[1]); say("all.beta.upper", attr(ci, "ci")[2])

by <- svyby(~yes, ~stype, design, svymean)
for (type in c("E", "H", "M")) {
  say(paste0(type, ".share"), by[type, "yes"]); say(paste0(type, ".se"), by[type, "se"])
  part <- subset(design, stype == type)
  ci <- svyciprop(~yes, part, method = "logit")
  say(paste0(type, ".lower"), attr(ci, "ci")[1]); say(paste0(type, ".upper"), attr(ci, "ci")[2])
  say(paste0(type, ".df"), degf(part))
  rest <- coef(summary(svyglm(yes ~ own, update(design, own = as.numeric(stype == type)))))
  say(paste0(type, ".difference"), rest[2, 1]); say(paste0(type, ".difference.se"), rest[2, 2])
}
test <- svychisq(~sch.wide + stype, design, statistic = "F")
say("raoscott.F", test$statistic); say("raoscott.ndf", test$parameter[1]); say("raoscott.ddf", test$parameter[2])
say("raoscott.p", test$p.value)
test <- svychisq(~awards + stype, subset(design, yr.rnd == "No"), statistic = "F")
say("subset.F", test$statistic); say("subset.ndf", test$parameter[1]); say("subset.p", test$p.value)

by <- svyby(~api00, ~stype, design, svymean)
for (type in c("E", "H", "M")) {
  say(paste0(type, ".mean"), by[type, "api00"]); say(paste0(type, ".mean.se"), by[type, "se"])
  rest <- coef(summary(svyglm(api00 ~ own, update(design, own = as.numeric(stype == type)))))
  say(paste0(type, ".mean.difference"), rest[2, 1]); say(paste0(type, ".mean.difference.se"), rest[2, 2])
}
m <- svymean(~api00, design, deff = "replace")
say("mean.deff", deff(m)); say("sd", sqrt(coef(svyvar(~api00, design))))
wald <- regTermTest(svyglm(api00 ~ stype, design), ~stype)
say("wald.F", wald$Ftest); say("wald.df", wald$df); say("wald.ddf", wald$ddf); say("wald.p", wald$p)

strat <- svydesign(ids = ~1, strata = ~stype, weights = ~pw, data = read.csv(file.path(folder, "apistrat.csv")))
test <- svychisq(~sch.wide + awards, strat, statistic = "F")
say("strat.F", test$statistic); say("strat.ndf", test$parameter[1]); say("strat.p", test$p.value)
s <- svymean(~sch.wide, strat); say("strat.share", coef(s)[2]); say("strat.se", SE(s)[2])
counts <- prop.trend.test(c(15, 10, 5), c(29, 30, 31)); say("armitage", counts$statistic)
