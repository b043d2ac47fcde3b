# Tables by R survey. Arguments: DATA DESIGN SPLIT, with DESIGN strata, clusters or respondents, SPLIT stype or all.
suppressPackageStartupMessages(library(survey))
a <- commandArgs(TRUE)
d <- read.csv(a[1])
n <- nrow(d)
row <- seq_len(n)
d$split <- factor(if (a[3] == "all") rep("all", n) else d$stype)
d$item <- factor(ifelse(row %% 7 == 0, NA, (d$api00 %/% 50) %% 4))
d$number <- ifelse(row %% 11 == 0, NA, d$meals)
# A set of two with one base: answered by all but every thirteenth.
d$one <- ifelse(row %% 13 == 0, NA, as.numeric(d$both == "Yes"))
d$two <- ifelse(row %% 13 == 0, NA, as.numeric(d$awards == "Yes"))
design <- switch(a[2],
  strata = svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = d),
  clusters = svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = d),
  respondents = svydesign(id = ~1, weights = ~pw, data = d))
w <- weights(design)
put <- function(name, value) cat(sprintf("%s\t%s\n", name, format(value, digits = 17)), sep = "")
for (kind in c("item", "number", "options")) {
  formula <- switch(kind, item = ~item, number = ~number, options = ~one + two)
  found <- svyby(formula, ~split, design, svymean, na.rm = TRUE, deff = "replace", keep.names = FALSE)
  x <- switch(kind, item = sapply(levels(d$item), function(l) as.numeric(d$item == l)), number = cbind(d$number),
    options = cbind(d$one, d$two))
  k <- ncol(x)
  groups <- levels(d$split)
  means <- matrix(as.matrix(found[, 2:(1 + k)]), ncol = k)
  errors <- matrix(as.matrix(SE(found)), ncol = k)
  deffs <- matrix(as.matrix(found[, ncol(found) - (k:1) + 1]), ncol = k)
  # svyby leaves covariances between groups at 0; svyrecvar of the linearised shares has them.
  u <- NULL
  for (g in seq_along(groups)) {
    inside <- d$split == groups[g] & !is.na(x[, 1])
    z <- sweep(x, 2, means[g, ])
    z[!inside, ] <- 0
    u <- cbind(u, z * w / sum(w[inside]))
    put(paste(kind, "n", g), sum(inside))
    for (j in seq_len(k)) {
      put(paste(kind, "value", g, j), means[g, j])
      put(paste(kind, "se", g, j), errors[g, j])
      put(paste(kind, "deff", g, j), deffs[g, j])
    }
  }
  v <- svyrecvar(u, design$cluster, design$strata, design$fpc)
  for (i in seq_len(ncol(u))) for (j in seq_len(i)) put(paste(kind, "covariance", i, j), v[i, j])
}
